"""losses.json: values and gradients of the losses, mean over the batch."""
import numpy as np
import torch
import torch.nn.functional as F

from reference_file import close, flat, float32, made_by, normal, tensor, write_json


def softmax_np(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cross_entropy(logits, targets):
    """targets: integer labels (N) or probabilities (N, C); PyTorch takes both."""
    labels = targets.ndim == 1
    loss = lambda z: F.cross_entropy(z, torch.tensor(targets) if labels else tensor(targets), reduction="none")
    probabilities = np.eye(logits.shape[1])[targets] if labels else targets
    gradient = (softmax_np(logits) * probabilities.sum(-1, keepdims=True) - probabilities) / len(logits)
    return loss, gradient


def per_example(kind, z, targets):
    """Keras's reading: mean over the last axis, then over the batch."""
    if kind == "binaryCrossentropyFromLogits":
        elements = F.binary_cross_entropy_with_logits(z, tensor(targets), reduction="none")
    elif kind == "meanSquaredError":
        elements = F.mse_loss(z, tensor(targets), reduction="none")
    else:
        elements = F.l1_loss(z, tensor(targets), reduction="none")
    return elements.mean(-1)


def gradient_np(kind, z, targets):
    if kind == "binaryCrossentropyFromLogits":
        return (0.5 * (1 + np.tanh(z / 2)) - targets) / z.size
    return (2 * (z - targets) if kind == "meanSquaredError" else np.sign(z - targets)) / z.size


def make_case(name, kind, predictions, targets):
    targets = np.asarray(targets)
    z = tensor(predictions, grad=True)
    if "ategorical" in kind:
        loss, expected = cross_entropy(predictions, targets)
        examples = loss(z)
    else:
        examples, expected = per_example(kind, z, targets), gradient_np(kind, predictions, targets)
    examples.mean().backward()
    close(z.grad, expected, name)
    return {
        "name": name,
        "loss": kind,
        "shape": list(predictions.shape),
        "predictions": flat(predictions),
        "targetShape": list(targets.shape),
        "targets": flat(targets),
        "perExample": flat(examples),
        "value": examples.mean().item(),
        "gradient": flat(z.grad),
    }


def rows(*values):
    return float32(values)


SPARSE, SOFT = "sparseCategoricalCrossentropyFromLogits", "categoricalCrossentropyFromLogits"
BINARY, SQUARED, ABSOLUTE = "binaryCrossentropyFromLogits", "meanSquaredError", "meanAbsoluteError"
EXTREME = rows([1e4, -1e4, 0], [-1e4, 1e4, 0], [1e4, 1e4, -1e4], [-1e4, -1e4, -1e4], [100, 0, -100])
TEN = normal(4, (8, 10), 2)
LABELS = np.array([3, 0, 9, 9, 1, 5, 0, 7])
ONE_HOT = np.eye(10)[LABELS]


def write():
    soft = float32(softmax_np(normal(6, (4, 3))))
    bits = (normal(8, (4, 3)) > 0).astype(float)
    extreme_bits = rows([1e4], [1e4], [-1e4], [-1e4], [0], [30], [-30], [100])
    cases = [
        ("labels", SPARSE, normal(1, (4, 3)), np.array([0, 2, 1, 2])),
        ("labels, ten classes", SPARSE, TEN, LABELS),
        ("labels, one example", SPARSE, normal(2, (1, 5)), np.array([4])),
        ("labels, two classes", SPARSE, normal(3, (6, 2)), np.array([0, 1, 1, 0, 1, 1])),
        ("labels, extreme logits", SPARSE, EXTREME, np.array([0, 0, 1, 2, 2])),
        ("labels, equal logits", SPARSE, np.full((2, 4), 7.0), np.array([0, 3])),
        ("one-hot", SOFT, TEN, ONE_HOT),
        ("one-hot, extreme logits", SOFT, EXTREME, np.eye(3)[[0, 0, 1, 2, 2]]),
        ("soft targets", SOFT, normal(5, (4, 3)), soft),
        ("label smoothing 0.1", SOFT, TEN, float32(0.9 * ONE_HOT + 0.01)),
        ("soft targets, extreme logits", SOFT, EXTREME, np.tile([0.5, 0.25, 0.25], (5, 1))),
        ("bits", BINARY, normal(7, (4, 3), 2), bits),
        ("bits, one column", BINARY, normal(9, (6, 1), 3), rows([1], [0], [0], [1], [1], [0])),
        ("soft bits", BINARY, normal(10, (3, 2)), rows([0.1, 0.9], [0.5, 0.25], [1, 0])),
        ("bits, extreme logits", BINARY, extreme_bits, rows([1], [0], [0], [1], [1], [0], [1], [1])),
        ("squared", SQUARED, normal(11, (5, 3)), normal(12, (5, 3))),
        ("squared, one column", SQUARED, normal(13, (4, 1)), normal(14, (4, 1))),
        ("squared, three axes", SQUARED, normal(15, (2, 3, 2)), normal(16, (2, 3, 2))),
        ("squared, large", SQUARED, normal(17, (3, 2), 1e4, decimals=1), normal(18, (3, 2))),
        ("absolute", ABSOLUTE, normal(19, (5, 3)), normal(20, (5, 3))),
        ("absolute, with exact hits (gradient 0 there)", ABSOLUTE, rows([1, 2], [3, -4]), rows([1, 2.5], [3, -5])),
    ]
    write_json("losses.json", {
        "madeBy": made_by("losses.py"),
        "meaning": {
            "value": "mean of perExample",
            "perExample": "loss of each example; mean over the last axis for binary cross-entropy, squared and absolute error",
            "gradient": "of value with respect to predictions",
        },
        "cases": [make_case(*case) for case in cases],
    })


if __name__ == "__main__":
    write()
