"""normalization.json: the relatives of batch normalization, by PyTorch's functions or written out for its autograd."""
import numpy as np
import torch
import torch.nn.functional as F

from reference_file import close, flat, float32, made_by, normal, tensor, write_json

# layer, its options, shape
PER_EXAMPLE = [
    ("layerNormalization", {}, [6, 5]),
    ("layerNormalization", {"epsilon": 1e-5, "scale": False}, [3, 4, 5]),
    ("layerNormalization", {"center": False}, [3, 4, 3, 2]),
    ("layerNormalization", {}, [1, 7]),
    ("layerNormalization, large mean", {"epsilon": 1e-5}, [4, 3, 5]),
    ("groupNormalization", {"groups": 2}, [5, 6]),
    ("groupNormalization", {"groups": 3, "epsilon": 1e-5}, [3, 6, 4]),
    ("groupNormalization", {"groups": 2}, [2, 4, 3, 3]),
    ("groupNormalization", {"groups": 4, "center": False, "scale": False}, [2, 8, 2, 3]),
    ("groupNormalization", {}, [2, 64, 2]),
    ("groupNormalization, large mean", {"groups": 2, "epsilon": 1e-5}, [3, 4, 6]),
    ("groupNormalization, channels last", {"groups": 2, "axis": -1}, [3, 2, 3, 4]),
    ("instanceNormalization", {}, [3, 4, 5]),
    ("instanceNormalization", {"epsilon": 1e-5}, [2, 3, 4, 3]),
    ("instanceNormalization", {"scale": False}, [2, 3, 4, 3]),
    ("instanceNormalization, channels last", {"axis": 3}, [2, 3, 4, 5]),
]

# layer, its options, shape
BY_BATCH = [
    ("batchNormalization", {"deviation": "l1"}, [8, 5]),
    ("batchNormalization", {"deviation": "l1", "momentum": 0.9, "scale": False}, [3, 4, 3, 2]),
    ("batchNormalization", {"deviation": "l2", "epsilon": 1e-5}, [8, 5]),
    ("batchNormalization", {"deviation": "l2", "momentum": "cumulative"}, [4, 3, 5]),
    ("batchNormalization", {"deviation": "linf", "center": False}, [8, 5]),
    ("batchNormalization", {"deviation": "linf", "momentum": 0.5}, [3, 4, 3, 2]),
    ("meanOnlyBatchNormalization", {}, [8, 5]),
    ("meanOnlyBatchNormalization", {"scale": True, "momentum": 0.75}, [4, 3, 5]),
    ("meanOnlyBatchNormalization", {"center": False, "momentum": "cumulative"}, [3, 4, 3, 2]),
    ("ghostBatchNormalization", {"virtualBatchSize": 4}, [12, 5]),
    ("ghostBatchNormalization", {"virtualBatchSize": 4, "momentum": 0.9, "runningVariance": "unbiased"}, [12, 5]),
    ("ghostBatchNormalization, a smaller last ghost", {"virtualBatchSize": 4, "runningVariance": "unbiased"}, [11, 5]),
    ("ghostBatchNormalization, one example left over", {"virtualBatchSize": 4, "momentum": 0.5}, [9, 3]),
    ("ghostBatchNormalization, smaller than a ghost", {"virtualBatchSize": 16}, [6, 3]),
    ("ghostBatchNormalization", {"virtualBatchSize": 2, "epsilon": 1e-5, "center": False}, [6, 3, 4]),
    ("ghostBatchNormalization", {"virtualBatchSize": 3, "momentum": "cumulative"}, [6, 4, 3, 2]),
    ("ghostBatchNormalization, a smaller last ghost", {"virtualBatchSize": 3, "runningVariance": "unbiased"}, [8, 4, 3, 2]),
    ("ghostBatchNormalization, channels last", {"virtualBatchSize": 3, "axis": -1}, [6, 2, 3, 4]),
    ("batchRenormalization", {"rMax": 1, "dMax": 0}, [8, 5]),
    ("batchRenormalization", {"rMax": 3, "dMax": 5, "momentum": 0.5}, [8, 5]),
    ("batchRenormalization", {"rMax": 1.25, "dMax": 0.5, "momentum": 0.5, "runningVariance": "unbiased"}, [8, 5]),
    ("batchRenormalization", {"rMax": 1.5, "dMax": 0.25, "scale": False, "momentum": "cumulative"}, [4, 3, 5]),
    ("batchRenormalization", {"rMax": 1.5, "dMax": 1, "center": False}, [3, 4, 3, 2]),
    (
        "batchRenormalization, growing bounds",
        {
            "momentum": 0.75,
            "rMax": {"from": 1, "to": 2, "start": 1, "end": 3},
            "dMax": {"from": 0, "to": 1, "start": 0, "end": 4},
        },
        [4, 3, 5],
    ),
]

# the layer of the kernel, its shape, epsilon; output channels are on axis 1 of a dense kernel, on axis 0 of others
KERNELS = [
    ("dense", [7, 4], 1e-5),
    ("dense", [5, 3], 1e-2),
    ("conv1d", [4, 3, 5], 1e-5),
    ("conv2d", [4, 3, 3, 3], 1e-5),
    ("conv2d", [4, 2, 3, 1], 1e-2),
]

STEPS = 3


def along(vector, ndim, axis):
    return vector.reshape([-1 if a == axis % ndim else 1 for a in range(ndim)])


def batch_axes(x, axis):
    return [a for a in range(x.ndim) if a != axis % x.ndim]


def make_input(name, shape, axis, seed):
    if name.endswith("large mean"):
        return float32(1e4 + 0.1 * np.random.RandomState(seed).standard_normal(shape))
    channels = shape[axis]
    spread, centre = np.abs(normal(seed + 1000, channels, 0.4, 1.5)), normal(seed + 2000, channels)
    return float32(np.round(normal(seed, shape) * along(spread, len(shape), axis) + along(centre, len(shape), axis), 3))


def make_affine(options, channels, seed, scale=True):
    gamma = normal(seed, channels, 0.3, 1.0) if options.get("scale", scale) else np.ones(channels)
    beta = normal(seed + 1, channels, 0.5) if options.get("center", True) else np.zeros(channels)
    return gamma, beta


def gradients_of(result, options, scale=True):
    return {
        **result,
        "gammaGradient": result["gammaGradient"] if options.get("scale", scale) else None,
        "betaGradient": result["betaGradient"] if options.get("center", True) else None,
    }


def flattened(result):
    return {key: None if value is None else flat(value) for key, value in result.items()}


def example_output(layer, options, x, gamma, beta):
    """PyTorch's own functions, on channels first."""
    epsilon, axis = options.get("epsilon", 1e-3), options.get("axis", 1)
    first = x.movedim(axis, 1)
    if layer == "instanceNormalization":
        y = F.instance_norm(first, weight=gamma, bias=beta, eps=epsilon)
    elif layer == "groupNormalization":
        y = F.group_norm(first, options.get("groups", 32), gamma, beta, epsilon)
    else:
        y = F.layer_norm(first, first.shape[1:], eps=epsilon)
        close(y, F.group_norm(first, 1, eps=epsilon), "one group is layer normalization", rtol=1e-6, atol=1e-9)
        y = y * along(gamma, x.ndim, 1) + along(beta, x.ndim, 1)
    return y.movedim(1, axis)


def example_case(index, name, options, shape):
    seed, axis = 5000 + 20 * index, options.get("axis", 1)
    data, g = make_input(name, shape, axis, seed), normal(seed + 1, shape)
    gamma, beta = make_affine(options, shape[axis], seed + 2)
    x, gamma, beta = tensor(data, grad=True), tensor(gamma, grad=True), tensor(beta, grad=True)
    y = example_output(name.split(",")[0], options, x, gamma, beta)
    y.backward(tensor(g))
    result = {"output": y, "inputGradient": x.grad, "gammaGradient": gamma.grad, "betaGradient": beta.grad}
    given = {"gamma": gamma, "beta": beta, "input": data, "outputGradient": g}
    return {
        "name": name,
        "layer": name.split(",")[0],
        "options": options,
        "shape": shape,
        **flattened(given),
        **flattened(gradients_of(result, options)),
    }


def ghosts(batch_size, size):
    """The sizes of the ghost batches: a smaller one takes what is left, a lone example joins the one before it."""
    full, left = divmod(batch_size, size)
    sizes = [size] * full
    if left == 1 and full > 0:
        sizes[-1] += 1
    elif left > 0:
        sizes.append(left)
    return sizes


def bound(value, step):
    if not isinstance(value, dict):
        return value
    done = min(max((step - value["start"]) / (value["end"] - value["start"]), 0), 1)
    return value["from"] + (value["to"] - value["from"]) * done


def train(layer, options, x, gamma, beta, running_mean, running_variance, step):
    """One step: the output, and the mean and the variance (or squared deviation) that the running ones move to."""
    epsilon, axis = options.get("epsilon", 1e-3), options.get("axis", 1)
    axes, ndim = batch_axes(x, axis), x.ndim
    count = x.numel() // x.shape[axis]
    wide = lambda vector: along(vector, ndim, axis)
    affine = lambda y: y * wide(gamma) + wide(beta)
    if layer == "ghostBatchNormalization":
        parts, variances, means, sizes = [], [], [], ghosts(len(x), options["virtualBatchSize"])
        for part in x.split(sizes):
            mean, variance = part.mean(axes), part.var(axes, unbiased=False)
            parts.append((part - wide(mean)) / torch.sqrt(wide(variance) + epsilon))
            means.append(mean * len(part)), variances.append(variance * len(part))
        unbiased = count / (count - len(sizes)) if options.get("runningVariance") == "unbiased" else 1
        return affine(torch.cat(parts)), sum(means) / len(x), sum(variances) / len(x) * unbiased
    mean = x.mean(axes)
    if layer == "meanOnlyBatchNormalization":
        return affine(x - wide(mean)), mean, None
    if layer == "batchNormalization":
        norms = {"l1": lambda: x.abs().mean(axes), "l2": lambda: (x * x).mean(axes).sqrt(), "linf": lambda: x.abs().amax(axes)}
        square = norms[options["deviation"]]() ** 2
        return affine((x - wide(mean)) / torch.sqrt(wide(square) + epsilon)), mean, square
    variance = x.var(axes, unbiased=False)
    deviation, running_deviation = torch.sqrt(variance + epsilon), torch.sqrt(running_variance + epsilon)
    r_max, d_max = bound(options["rMax"], step), bound(options["dMax"], step)
    r = torch.clamp(deviation / running_deviation, 1 / r_max, r_max).detach()
    d = torch.clamp((mean - running_mean) / running_deviation, -d_max, d_max).detach()
    y = (x - wide(mean)) / wide(deviation) * wide(r) + wide(d)
    unbiased = count / (count - 1) if options.get("runningVariance") == "unbiased" else 1
    return affine(y), mean, variance * unbiased


def batch_case(index, name, options, shape):
    seed, axis, layer = 8000 + 20 * index, options.get("axis", 1), name.split(",")[0]
    default_scale = layer != "meanOnlyBatchNormalization"
    channels = shape[axis]
    gamma_data, beta_data = make_affine(options, channels, seed + 10, default_scale)
    mean, variance = normal(seed + 12, channels, 0.5), float32(np.abs(normal(seed + 13, channels)) + 0.5)
    g = normal(seed + 14, shape)
    given = {"gamma": gamma_data, "beta": beta_data, "initialRunningMean": mean, "initialRunningVariance": variance, "outputGradient": g}
    running_mean, running_variance = tensor(mean), tensor(variance)
    steps = []
    for step in range(STEPS):
        data = make_input(name, shape, axis, seed + step)
        x, gamma, beta = tensor(data, grad=True), tensor(gamma_data, grad=True), tensor(beta_data, grad=True)
        y, batch_mean, batch_variance = train(layer, options, x, gamma, beta, running_mean, running_variance, step)
        y.backward(tensor(g))
        momentum = options.get("momentum", 0.99)
        keep = 1 - 1 / (step + 1) if momentum == "cumulative" else momentum
        running_mean = (keep * running_mean + (1 - keep) * batch_mean).detach()
        if batch_variance is not None:
            running_variance = (keep * running_variance + (1 - keep) * batch_variance).detach()
        result = {"output": y, "inputGradient": x.grad, "gammaGradient": gamma.grad, "betaGradient": beta.grad}
        steps.append({
            "input": flat(data),
            **flattened(gradients_of(result, options, default_scale)),
            "runningMean": flat(running_mean),
            "runningVariance": None if batch_variance is None else flat(running_variance),
        })
    wide = lambda vector: along(tensor(vector), len(shape), axis)
    centred = tensor(data) - wide(running_mean)
    if layer != "meanOnlyBatchNormalization":
        centred = centred / torch.sqrt(wide(running_variance) + options.get("epsilon", 1e-3))
    return {
        "name": name,
        "layer": layer,
        "options": options,
        "shape": shape,
        **flattened(given),
        "steps": steps,
        "inferenceOutput": flat(centred * wide(gamma_data) + wide(beta_data)),
    }


def kernel_case(index, layer, shape, epsilon):
    seed = 9500 + 10 * index
    data, g = normal(seed, shape, 0.3, 0.1), normal(seed + 1, shape)
    fan_in = [0] if layer == "dense" else list(range(1, len(shape)))
    kernel = tensor(data, grad=True)
    variance, mean = torch.var_mean(kernel, fan_in, unbiased=False, keepdim=True)
    standardized = (kernel - mean) / torch.sqrt(variance + epsilon)
    standardized.backward(tensor(g))
    result = {"kernel": data, "outputGradient": g, "output": standardized, "kernelGradient": kernel.grad}
    return {"layer": layer, "shape": shape, "epsilon": epsilon, **flattened(result)}


def check_against_batch_normalization():
    """What is written out above is PyTorch's batch normalization where it should be."""
    for shape in ([8, 5], [4, 3, 6]):
        data, axis = make_input("", shape, 1, 77), 1
        x, gamma, beta = tensor(data), tensor(normal(78, shape[1])), tensor(normal(79, shape[1]))
        start = torch.zeros(shape[1], dtype=x.dtype), torch.ones(shape[1], dtype=x.dtype)
        expected = F.batch_norm(x, start[0].clone(), start[1].clone(), gamma, beta, True, 0.1, 1e-3)
        for layer, options in (("batchRenormalization", {"rMax": 1, "dMax": 0}), ("ghostBatchNormalization", {"virtualBatchSize": 8})):
            close(train(layer, options, x, gamma, beta, *start, 0)[0], expected, layer)
        parts = [F.batch_norm(part, None, None, gamma, beta, True, 0.1, 1e-3) for part in x.split(4)]
        close(train("ghostBatchNormalization", {"virtualBatchSize": 4}, x, gamma, beta, *start, 0)[0], torch.cat(parts), "ghosts")


def write():
    check_against_batch_normalization()
    write_json("normalization.json", {
        "madeBy": made_by("normalization.py"),
        "meaning": {
            "options": "as the layer takes them; what is left out has its default",
            "gradients": "of sum(output * outputGradient); none flows through r and d of batch renormalization",
            "runningVariance": "after the step; the squared deviation with l1, l2 and linf",
            "inferenceOutput": "the last input with the last running statistics",
            "kernels": "weights less their mean over the fan-in, divided by sqrt(biased variance + epsilon)",
        },
        "perExample": [example_case(index, *case) for index, case in enumerate(PER_EXAMPLE)],
        "byBatch": [batch_case(index, *case) for index, case in enumerate(BY_BATCH)],
        "kernels": [kernel_case(index, *case) for index, case in enumerate(KERNELS)],
    })


if __name__ == "__main__":
    write()
