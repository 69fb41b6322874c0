"""regularization.json: Keras's l1 and l2 penalties and their gradients, alone and in a dense layer."""
import numpy as np
import torch

from reference_file import close, flat, float32, made_by, normal, tensor, write_json

KERNEL = float32([[0.5, -1.25], [0.0, 2.0], [-0.75, 1e-3]])


def penalty(w, l1, l2):
    return l1 * w.abs().sum() + l2 * (w**2).sum()


def penalty_case(l1, l2):
    w = tensor(KERNEL, grad=True)
    value = penalty(w, l1, l2)
    value.backward()
    close(w.grad, l1 * np.sign(KERNEL) + 2 * l2 * KERNEL, "penalty")
    return {"l1": l1, "l2": l2, "value": value.item(), "gradient": flat(w.grad)}


def dense_case(l1, l2, bias_l2):
    x, targets, bias = normal(1, (4, 3)), normal(2, (4, 2)), normal(3, 2)
    w, b = tensor(KERNEL, grad=True), tensor(bias, grad=True)
    data_loss = ((tensor(x) @ w + b - tensor(targets)) ** 2).mean()
    loss = data_loss + penalty(w, l1, l2) + penalty(b, 0.0, bias_l2)
    loss.backward()
    error = 2 * (x @ KERNEL + bias - targets) / targets.size
    close(w.grad, x.T @ error + l1 * np.sign(KERNEL) + 2 * l2 * KERNEL, "dense kernel")
    return {
        "kernelL1": l1, "kernelL2": l2, "biasL2": bias_l2,
        "inputShape": [4, 3], "input": flat(x), "targetShape": [4, 2], "targets": flat(targets), "bias": flat(bias),
        "dataLoss": data_loss.item(), "loss": loss.item(),
        "kernelGradient": flat(w.grad), "biasGradient": flat(b.grad),
    }


def write():
    write_json("regularization.json", {
        "madeBy": made_by("regularization.py"),
        "rule": "penalty = l1*sum|w| + l2*sum w^2; gradient = l1*sign(w) + 2*l2*w, with sign(0) = 0; no factor 1/2, no division by the batch size",
        "kernelShape": [3, 2],
        "kernel": flat(KERNEL),
        "penalties": [penalty_case(0.01, 0.0), penalty_case(0.0, 0.01), penalty_case(0.02, 0.005), penalty_case(0.0, 0.0)],
        "dense": [dense_case(0.0, 0.01, 0.0), dense_case(0.01, 0.02, 0.05)],
    })


if __name__ == "__main__":
    write()
