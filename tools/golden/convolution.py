"""convolution.json: output and gradients of convolutions over strides, paddings, dilations and groups."""
import itertools

import numpy as np
import torch
import torch.nn.functional as F

from reference_file import close, flat, made_by, normal, tensor, write_json

# name, layer, input shape, filters (depthwise: the multiplier), kernel, other options
CASES = [
    ("defaults", "conv2d", [2, 3, 6, 5], 4, [3, 3], {}),
    ("no bias", "conv2d", [2, 2, 4, 4], 3, [3, 3], {"useBias": False}),
    ("same", "conv2d", [2, 2, 5, 6], 3, [3, 3], {"padding": "same"}),
    ("same, even kernel", "conv2d", [2, 2, 5, 6], 3, [2, 4], {"padding": "same"}),
    ("same, stride 2, odd and even sizes", "conv2d", [2, 2, 7, 6], 3, [3, 3], {"padding": "same", "strides": 2}),
    ("same, stride 2, even kernel", "conv2d", [1, 2, 7, 6], 3, [4, 2], {"padding": "same", "strides": 2}),
    ("same, stride above the kernel", "conv2d", [1, 2, 7, 8], 2, [2, 2], {"padding": "same", "strides": 3}),
    ("same, dilated", "conv2d", [1, 2, 5, 9], 2, [2, 3], {"padding": "same", "dilationRate": [1, 3]}),
    ("padding 1, stride 2, last row not covered", "conv2d", [2, 2, 6, 7], 3, [3, 3], {"padding": 1, "strides": 2}),
    ("stride above the kernel, last rows not covered", "conv2d", [2, 2, 7, 9], 2, [2, 2], {"strides": 3}),
    ("padding by axis", "conv2d", [1, 2, 4, 5], 2, [3, 5], {"padding": [1, 2]}),
    ("padding by side", "conv2d", [2, 2, 4, 5], 2, [3, 3], {"padding": [[0, 1], [2, 1]]}),
    ("padding by side, stride 2", "conv2d", [2, 2, 6, 6], 2, [3, 3], {"padding": [[1, 0], [0, 2]], "strides": 2}),
    ("padding beyond the kernel", "conv2d", [1, 2, 3, 4], 2, [2, 2], {"padding": [3, 2]}),
    ("padding not covered", "conv2d", [1, 2, 5, 5], 2, [2, 2], {"padding": 2, "strides": 4}),
    ("dilation 2", "conv2d", [2, 2, 6, 7], 2, [3, 2], {"dilationRate": 2}),
    ("dilation 2, stride 2", "conv2d", [1, 2, 8, 7], 2, [3, 3], {"dilationRate": 2, "strides": 2, "padding": 2}),
    ("dilation 3, stride 2", "conv2d", [1, 1, 9, 8], 2, [2, 3], {"dilationRate": [3, 2], "strides": [2, 3]}),
    ("two groups", "conv2d", [2, 4, 5, 5], 6, [3, 3], {"groups": 2, "padding": "same"}),
    ("three groups, stride 2", "conv2d", [1, 3, 7, 6], 6, [3, 3], {"groups": 3, "padding": 1, "strides": 2, "useBias": False}),
    ("two groups, dilation 2", "conv2d", [2, 4, 6, 6], 2, [2, 2], {"groups": 2, "dilationRate": 2}),
    ("1 by 1", "conv2d", [2, 3, 4, 4], 5, [1, 1], {}),
    ("1 by 1, stride 2", "conv2d", [2, 3, 5, 6], 4, [1, 1], {"strides": 2, "useBias": False}),
    ("kernel of the input's size", "conv2d", [2, 3, 4, 3], 4, [4, 3], {}),
    ("one row, strides by axis", "conv2d", [1, 2, 4, 9], 3, [1, 5], {"strides": [1, 2]}),
    ("7 by 7, stride 2, padding 3", "conv2d", [1, 2, 9, 8], 2, [7, 7], {"strides": 2, "padding": 3}),
    ("sequence", "conv1d", [2, 3, 8], 4, [3], {}),
    ("sequence, same, stride 2, even kernel", "conv1d", [2, 3, 9], 4, [4], {"padding": "same", "strides": 2}),
    ("sequence, padding by side", "conv1d", [2, 2, 6], 3, [4], {"padding": [2, 1]}),
    ("sequence, dilation 2, groups", "conv1d", [2, 4, 9], 6, [3], {"dilationRate": 2, "groups": 2}),
    ("sequence, stride 3, end not covered", "conv1d", [2, 2, 12], 3, [2], {"strides": 3}),
    ("depthwise", "depthwiseConv2d", [2, 3, 5, 5], 1, [3, 3], {"padding": "same"}),
    ("depthwise, multiplier 2, stride 2", "depthwiseConv2d", [2, 3, 6, 5], 2, [3, 3], {"padding": 1, "strides": 2}),
    ("depthwise, dilation 2", "depthwiseConv2d", [1, 2, 7, 6], 3, [3, 2], {"dilationRate": 2}),
]


def per_axis(value, rank):
    return [value] * rank if isinstance(value, int) else list(value)


def sides(padding, sizes, kernel, strides, dilations):
    """Zeros before and after each axis."""
    if padding == "valid":
        return [(0, 0) for _ in sizes]
    if padding == "same":
        totals = [
            max(0, (-(-size // stride) - 1) * stride + dilation * (length - 1) + 1 - size)
            for size, length, stride, dilation in zip(sizes, kernel, strides, dilations)
        ]
        return [(total // 2, total - total // 2) for total in totals]
    if len(sizes) == 1 and isinstance(padding, list):
        return [tuple(padding)]
    return [(side, side) if isinstance(side, int) else tuple(side) for side in per_axis(padding, len(sizes))]


def by_formula(x, kernel, bias, strides, dilations, groups):
    """The convolution of a padded input by its definition, one element at a time."""
    filters, channels = kernel.shape[:2]
    each = filters // groups
    counts = [
        (size - dilation * (length - 1) - 1) // stride + 1
        for size, length, stride, dilation in zip(x.shape[2:], kernel.shape[2:], strides, dilations)
    ]
    y = np.zeros([x.shape[0], filters, *counts])
    for f, place in itertools.product(range(filters), itertools.product(*map(range, counts))):
        own = slice(f // each * channels, (f // each + 1) * channels)
        window = tuple(
            slice(at * stride, at * stride + dilation * (length - 1) + 1, dilation)
            for at, stride, dilation, length in zip(place, strides, dilations, kernel.shape[2:])
        )
        y[(slice(None), f, *place)] = (x[(slice(None), own, *window)] * kernel[f]).reshape(x.shape[0], -1).sum(1) + bias[f]
    return y


def make_case(index, name, layer, shape, filters, kernel_size, options):
    seed, rank, channels = 3000 + 10 * index, len(kernel_size), shape[1]
    groups = channels if layer == "depthwiseConv2d" else options.get("groups", 1)
    count = channels * filters if layer == "depthwiseConv2d" else filters
    strides, dilations = (per_axis(options.get(key, 1), rank) for key in ("strides", "dilationRate"))
    pads = sides(options.get("padding", "valid"), shape[2:], kernel_size, strides, dilations)
    around = [zeros for pair in reversed(pads) for zeros in pair]  # F.pad begins with the last axis

    x = tensor(normal(seed, shape), grad=True)
    kernel = tensor(normal(seed + 1, [count, channels // groups, *kernel_size]), grad=True)
    bias = tensor(normal(seed + 2, count) if options.get("useBias", True) else np.zeros(count), grad=True)
    padded = F.pad(x, around)
    y = (F.conv1d if rank == 1 else F.conv2d)(padded, kernel, bias, strides, 0, dilations, groups)
    g = normal(seed + 3, y.shape)
    y.backward(tensor(g))
    details = [value.detach().numpy() for value in (padded, kernel, bias)]
    close(y, by_formula(*details, strides, dilations, groups), name)

    size = {"depthMultiplier": filters} if layer == "depthwiseConv2d" else {"filters": filters}
    case = {
        "name": name,
        "layer": layer,
        "options": {**size, "kernelSize": kernel_size, **options},
        "inputShape": shape,
        "kernelShape": list(kernel.shape),
        "outputShape": list(y.shape),
        "input": flat(x),
        "kernel": flat(kernel),
        "bias": flat(bias),
        "outputGradient": flat(g),
        "output": flat(y),
        "inputGradient": flat(x.grad),
        "kernelGradient": flat(kernel.grad),
        "biasGradient": flat(bias.grad),
    }
    return case if options.get("useBias", True) else {**case, "bias": None, "biasGradient": None}


def write():
    write_json("convolution.json", {
        "madeBy": made_by("convolution.py"),
        "meaning": {
            "kernel": "[filters, channels / groups, ...]",
            "padding": "'same' makes ceil(size / stride) outputs with an odd zero at the end, as TensorFlow; numbers are zeros by axis and side",
            "gradients": "of sum(output * outputGradient)",
        },
        "cases": [make_case(index, *case) for index, case in enumerate(CASES)],
    })


if __name__ == "__main__":
    write()
