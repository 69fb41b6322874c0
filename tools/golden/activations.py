"""activations.json: values and input gradients of the activation functions."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from reference_file import close, flat, float32, made_by, normal, tensor, write_json

X = float32([-30, -10, -5, -2.5, -1, -0.5, -0.1, -1e-3, -1e-7, 1e-7, 1e-3, 0.1, 0.5, 1, 2.5, 5, 10, 30])
G = normal(1, X.shape)

GELU_TANH = lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

# name, options, function, rule; each has its derivative checked by central differences
ELEMENTWISE = [
    ("relu", {}, F.relu, "max(x, 0)"),
    ("leakyRelu", {"slope": 0.3}, lambda x: F.leaky_relu(x, 0.3), "x > 0 ? x : slope*x"),
    ("leakyRelu", {"slope": 0.01}, lambda x: F.leaky_relu(x, 0.01), "x > 0 ? x : slope*x"),
    ("elu", {"alpha": 1.0}, F.elu, "x > 0 ? x : alpha*(exp(x) - 1)"),
    ("selu", {}, F.selu, "1.0507009873554805 * (x > 0 ? x : 1.6732632423543772*(exp(x) - 1))"),
    ("gelu", {"approximate": False}, F.gelu, "x/2 * (1 + erf(x/sqrt(2)))"),
    ("gelu", {"approximate": True}, GELU_TANH, "x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))"),
    ("sigmoid", {}, torch.sigmoid, "1/(1 + exp(-x))"),
    ("tanh", {}, torch.tanh, "tanh(x)"),
    ("softplus", {}, lambda x: -F.logsigmoid(-x), "log(1 + exp(x)), without PyTorch's switch to x above 20"),
]


def run(function, x, g):
    x = tensor(x, grad=True)
    y = function(x)
    y.backward(tensor(g))
    return y, x.grad


def elementwise(name, options, function, rule):
    y, gradient = run(function, X, G)
    step = np.minimum(1e-5, np.abs(X) / 4)  # stays on one side of zero
    slope = (function(tensor(X + step)) - function(tensor(X - step))) / tensor(2 * step)
    close(gradient, slope.numpy() * G, name, rtol=1e-6, atol=1e-7)
    y0, slope0 = run(function, np.zeros(1), np.ones(1))
    return {
        "name": name, **options, "rule": rule,
        "output": flat(y), "inputGradient": flat(gradient),
        "atZero": {"output": y0.item(), "slope": slope0.item()},
    }


def softmax(name, x):
    g = normal(7, x.shape)
    y, gradient = run(lambda z: F.softmax(z, -1), x, g)
    p = y.detach().numpy()
    close(gradient, p * (g - (g * p).sum(-1, keepdims=True)), name)
    return {
        "name": name, "shape": list(x.shape), "input": flat(x), "outputGradient": flat(g),
        "output": flat(y), "inputGradient": flat(gradient),
    }


def prelu(shape, seed):
    x, g, alpha = normal(seed, shape), normal(seed + 1, shape), float32([0.25, 0.0, 0.3, -0.1][: shape[1]])
    inputs, slopes = tensor(x, grad=True), tensor(alpha, grad=True)
    y = F.prelu(inputs, slopes)
    y.backward(tensor(g))
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    close(slopes.grad, (g * np.minimum(x, 0)).sum(axes), "prelu alpha")
    return {
        "shape": list(shape), "input": flat(x), "alpha": flat(alpha), "outputGradient": flat(g),
        "output": flat(y), "inputGradient": flat(inputs.grad), "alphaGradient": flat(slopes.grad),
    }


def write():
    ends = float32([[30, -30, 0, 1e-3, -1e-3], [-30, -30, -30, -30, -30], [1e4, 0, -1e4, 1e4, 3]])
    write_json("activations.json", {
        "madeBy": made_by("activations.py"),
        "input": flat(X),
        "outputGradient": flat(G),
        "elementwise": [elementwise(*case) for case in ELEMENTWISE],
        "prelu": [prelu((5, 4), 20), prelu((2, 3, 2, 2), 30)],
        "softmax": [softmax("rows", normal(5, (3, 5))), softmax("three axes", normal(6, (2, 3, 4))), softmax("ends", ends)],
    })


if __name__ == "__main__":
    write()
