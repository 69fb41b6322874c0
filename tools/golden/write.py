"""Writes all golden files: /usr/bin/python3 tools/golden/write.py"""
import activations
import batch_normalization
import losses
import mnist
import optimizers
import regularization
import schedules

for script in (batch_normalization, optimizers, losses, activations, regularization, schedules, mnist):
    script.write()
