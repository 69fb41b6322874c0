"""pooling.json: output and input gradient of maximum and average pooling, by windows and of whole channels."""
import itertools

import numpy as np
import torch
import torch.nn.functional as F

from convolution import per_axis, sides
from reference_file import close, flat, float32, made_by, normal, tensor, write_json

# name, kind, input shape, options
CASES = [
    (name, kind, shape, {**options, **({"countIncludePadding": True} if counted else {})})
    for (name, shape, options), (kind, counted) in itertools.product(
        [
            ("defaults", [2, 2, 6, 4], {}),
            ("last row and column not covered", [1, 2, 5, 7], {}),
            ("overlapping windows", [2, 2, 7, 7], {"poolSize": 3, "strides": 2}),
            ("overlapping windows, padding 1", [1, 2, 6, 8], {"poolSize": 3, "strides": 2, "padding": 1}),
            ("stride 1, same", [1, 2, 4, 5], {"poolSize": 3, "strides": 1, "padding": "same"}),
            ("same, odd sizes", [2, 2, 5, 7], {"padding": "same"}),
            ("same, overlapping, even window", [1, 2, 7, 6], {"poolSize": [4, 2], "strides": [3, 1], "padding": "same"}),
            ("stride above the window", [1, 2, 8, 9], {"poolSize": 2, "strides": 3}),
            ("padding by side", [1, 2, 5, 5], {"poolSize": [3, 2], "padding": [[1, 2], [1, 0]]}),
            ("windows of the input's size", [2, 3, 3, 4], {"poolSize": [3, 4]}),
            ("sequence", [2, 2, 9], {}),
            ("sequence, overlapping, same", [2, 2, 8], {"poolSize": 4, "strides": 3, "padding": "same"}),
            ("sequence, padding by side", [1, 2, 7], {"poolSize": 3, "strides": 2, "padding": [2, 1]}),
        ],
        [("max", False), ("average", False), ("average", True)],
    )
    if "padding" in options or not counted
] + [
    ("ties", "max", [2, 2, 6, 6], {}),
    ("ties, overlapping windows", "max", [2, 2, 7, 7], {"poolSize": 3, "strides": 2}),
    ("ties, overlapping windows, padding 1", "max", [1, 2, 6, 6], {"poolSize": 3, "strides": 2, "padding": 1}),
    ("ties, sequence, stride 1", "max", [2, 2, 9], {"poolSize": 3, "strides": 1}),
]

# kind, input shape
GLOBAL_CASES = [("average", [2, 3, 4, 5]), ("average", [2, 3, 7]), ("max", [2, 3, 4, 5]), ("max", [2, 3, 7])]


def numpy_run(kind, x, g, pads, kernel, strides, counted):
    """By definition, window by window. Of equal elements, the first row by row is the largest."""
    sizes, counts = x.shape[2:], g.shape[2:]
    y, gradient = np.zeros_like(g), np.zeros_like(x)
    for place in itertools.product(*map(range, counts)):
        window = tuple(
            slice(max(0, at * stride - before), min(size, at * stride - before + length))
            for at, stride, (before, _), length, size in zip(place, strides, pads, kernel, sizes)
        )
        here, inside = (slice(None), slice(None), *place), (slice(None), slice(None), *window)
        if kind == "average":
            count = np.prod(kernel) if counted else x[inside][0, 0].size
            y[here] = x[inside].reshape(*x.shape[:2], -1).sum(2) / count
            gradient[inside] += (g[here] / count).reshape(*x.shape[:2], *[1] * len(sizes))
            continue
        flattened = x[inside].reshape(*x.shape[:2], -1)
        largest = flattened.argmax(2)
        y[here] = flattened.max(2)
        chosen = np.arange(flattened.shape[2]) == largest[..., None]
        gradient[inside] += (chosen * g[here][..., None]).reshape(x[inside].shape)
    return y, gradient


def torch_run(kind, x, pads, kernel, strides, counted):
    around = [count for pair in reversed(pads) for count in pair]  # F.pad begins with the last axis
    if kind == "max":
        return (F.max_pool1d if len(kernel) == 1 else F.max_pool2d)(F.pad(x, around, value=-torch.inf), kernel, strides)
    mean = lambda values: (F.avg_pool1d if len(kernel) == 1 else F.avg_pool2d)(F.pad(values, around), kernel, strides)
    return mean(x) if counted else mean(x) / mean(torch.ones_like(x))


def make_case(index, name, kind, shape, options):
    seed, rank = 4000 + 10 * index, len(shape) - 2
    kernel = per_axis(options.get("poolSize", 2), rank)
    strides = per_axis(options.get("strides", kernel), rank)
    pads = sides(options.get("padding", "valid"), shape[2:], kernel, strides, [1] * rank)
    counted = options.get("countIncludePadding", False)
    values = normal(seed, shape)
    if name.startswith("ties"):
        values = float32(np.round(values))
    x = tensor(values, grad=True)
    y = torch_run(kind, x, pads, kernel, strides, counted)
    g = normal(seed + 1, y.shape)
    y.backward(tensor(g))
    expected, gradient = numpy_run(kind, values, g, pads, kernel, strides, counted)
    close(y, expected, name)
    close(x.grad, gradient, name)
    return {
        "name": f"{name}, padding counted" if counted else name,
        "layer": f"{kind}Pooling{rank}d",
        "options": options,
        "inputShape": shape,
        "outputShape": list(y.shape),
        "input": flat(x),
        "outputGradient": flat(g),
        "output": flat(y),
        "inputGradient": flat(x.grad),
    }


def make_global_case(index, kind, shape):
    seed, rank = 4900 + 10 * index, len(shape) - 2
    x = tensor(normal(seed, shape), grad=True)
    flattened = x.flatten(2)
    y = flattened.mean(2) if kind == "average" else flattened.amax(2)
    g = normal(seed + 1, y.shape)
    y.backward(tensor(g))
    return {
        "name": "whole channels",
        "layer": f"global{kind.capitalize()}Pooling{rank}d",
        "options": {},
        "inputShape": shape,
        "outputShape": list(y.shape),
        "input": flat(x),
        "outputGradient": flat(g),
        "output": flat(y),
        "inputGradient": flat(x.grad),
    }


def write():
    write_json("pooling.json", {
        "madeBy": made_by("pooling.py"),
        "meaning": {
            "padding": "as in convolution.json; it is never the largest, and counts in a mean only with countIncludePadding",
            "gradients": "of sum(output * outputGradient); a maximum's goes to the first of equal elements, row by row",
        },
        "cases": [make_case(index, *case) for index, case in enumerate(CASES)]
        + [make_global_case(index, *case) for index, case in enumerate(GLOBAL_CASES)],
    })


if __name__ == "__main__":
    write()
