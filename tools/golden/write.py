"""Writes all golden files: /usr/bin/python3 tools/golden/write.py"""
import activations
import batch_normalization
import convolution
import losses
import mnist
import networks
import normalization
import optimizers
import pooling
import regularization
import schedules

for script in (
    batch_normalization,
    normalization,
    optimizers,
    losses,
    activations,
    convolution,
    pooling,
    regularization,
    schedules,
    mnist,
    networks,
):
    script.write()
