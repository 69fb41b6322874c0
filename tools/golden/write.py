"""Writes all golden files: /usr/bin/python3 tools/golden/write.py"""
import activations
import batch_normalization
import losses
import mnist
import optimizers
import regularization

for script in (batch_normalization, optimizers, losses, activations, regularization, mnist):
    script.write()
