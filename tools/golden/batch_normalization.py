"""batch-normalization.json: training, gradients, running statistics and inference of batch normalization."""
import numpy as np
import torch

from reference_file import close, flat, float32, made_by, max_error, normal, tensor, write_json

CUMULATIVE = "cumulative"  # PyTorch's momentum=None: running = mean of all batches so far

# name, shape, epsilon, momentum (share of the old value), center, scale, variance estimate for the running variance
CASES = [
    ("keras defaults", [8, 5], 1e-3, 0.99, True, True, "biased"),
    ("pytorch defaults", [8, 5], 1e-5, 0.9, True, True, "unbiased"),
    ("no affine", [8, 5], 1e-3, 0.99, False, False, "biased"),
    ("gamma only", [8, 5], 1e-3, 0.9, False, True, "biased"),
    ("beta only", [8, 5], 1e-3, 0.9, True, False, "biased"),
    ("last batch only", [8, 5], 1e-5, 0.0, True, True, "biased"),
    ("cumulative average, biased", [8, 5], 1e-5, CUMULATIVE, True, True, "biased"),
    ("small batch", [2, 3], 1e-3, 0.99, True, True, "biased"),
    ("small batch, unbiased", [2, 3], 1e-5, 0.9, True, True, "unbiased"),
    ("small batch, last batch only, unbiased", [2, 3], 1e-3, 0.0, True, True, "unbiased"),
    ("small batch, no affine", [2, 3], 1e-3, 0.9, False, False, "unbiased"),
    ("dense", [32, 7], 1e-3, 0.99, True, True, "biased"),
    ("dense, unbiased", [32, 7], 1e-3, 0.99, True, True, "unbiased"),
    ("dense, small epsilon", [32, 7], 1e-5, 0.9, True, True, "biased"),
    ("sequence (N, C, L)", [2, 4, 7], 1e-3, 0.99, True, True, "biased"),
    ("sequence (N, C, L), unbiased", [2, 4, 7], 1e-5, 0.9, True, True, "unbiased"),
    ("sequence (N, C, L), beta only", [2, 4, 7], 1e-3, 0.0, True, False, "biased"),
    ("images (N, C, H, W)", [4, 3, 6, 5], 1e-3, 0.99, True, True, "biased"),
    ("images (N, C, H, W), unbiased", [4, 3, 6, 5], 1e-5, 0.9, True, True, "unbiased"),
    ("images (N, C, H, W), no affine", [4, 3, 6, 5], 1e-3, 0.0, False, False, "biased"),
    ("images (N, C, H, W), gamma only, cumulative", [4, 3, 6, 5], 1e-5, CUMULATIVE, False, True, "unbiased"),
    ("wide batch", [128, 10], 1e-3, 0.99, True, True, "biased"),
    ("wide batch, unbiased", [128, 10], 1e-5, 0.9, True, True, "unbiased"),
    ("constant features", [8, 5], 1e-3, 0.9, True, True, "biased"),
    ("large mean", [32, 7], 1e-3, 0.99, True, True, "biased"),
    ("large mean, small epsilon", [32, 7], 1e-5, 0.9, True, True, "unbiased"),
]


def make_batches(name, shape, seed):
    if name.startswith("large mean"):
        return [float32(1e4 + 0.1 * np.random.RandomState(seed + k).standard_normal(shape)) for k in range(3)]
    spread, centre = normal(seed + 10, shape[1], 0.4, 1.5), normal(seed + 11, shape[1])
    per_channel = [1, -1] + [1] * (len(shape) - 2)
    batches = [
        float32(np.round(normal(seed + k, shape) * np.abs(spread).reshape(per_channel) + centre.reshape(per_channel), 3))
        for k in range(3)
    ]
    if name == "constant features":
        for batch in batches:
            batch[:, 2], batch[:, 4] = 0.0, float32(0.1)
    return batches


def torch_run(batches, gamma, beta, g, epsilon, momentum, running_mean, running_variance, dtype):
    """Three training steps of torch.nn.BatchNorm; the gradients are those of the first batch."""
    layer = torch.nn.BatchNorm1d if batches[0].ndim < 4 else torch.nn.BatchNorm2d
    norm = layer(len(gamma), epsilon, None if momentum == CUMULATIVE else 1 - momentum).to(dtype)
    with torch.no_grad():
        norm.weight.copy_(tensor(gamma)), norm.bias.copy_(tensor(beta))
        norm.running_mean.copy_(tensor(running_mean)), norm.running_var.copy_(tensor(running_variance))
    x = tensor(batches[0], dtype, grad=True)
    y = norm(x)
    y.backward(tensor(g, dtype))
    for batch in batches[1:]:
        norm(tensor(batch, dtype))
    result = {"output": y, "inputGradient": x.grad, "gammaGradient": norm.weight.grad, "betaGradient": norm.bias.grad}
    return result, norm


def numpy_run(batches, gamma, beta, g, epsilon, momentum, running_mean, running_variance, estimate):
    """The same by formula, independent of PyTorch, with either estimate for the running variance."""
    axes = tuple(axis for axis in range(g.ndim) if axis != 1)
    wide = lambda v: np.reshape(v, [1, -1] + [1] * (g.ndim - 2))
    count = g.size // g.shape[1]
    mean, variance = batches[0].mean(axes), batches[0].var(axes)
    xhat = (batches[0] - wide(mean)) / np.sqrt(wide(variance) + epsilon)
    gamma_gradient, beta_gradient = (g * xhat).sum(axes), g.sum(axes)
    compact = g - wide(beta_gradient) / count - xhat * wide(gamma_gradient) / count
    result = {
        "batchMean": mean,
        "batchVariance": variance,
        "output": wide(gamma) * xhat + wide(beta),
        "inputGradient": wide(gamma / np.sqrt(variance + epsilon)) * compact,
        "gammaGradient": gamma_gradient,
        "betaGradient": beta_gradient,
    }
    correction = count / (count - 1) if estimate == "unbiased" else 1.0
    for step, batch in enumerate(batches, 1):
        keep = 1 - 1 / step if momentum == CUMULATIVE else momentum
        running_mean = keep * running_mean + (1 - keep) * batch.mean(axes)
        running_variance = keep * running_variance + (1 - keep) * batch.var(axes) * correction
        result[f"runningMeanAfter{step}"], result[f"runningVarianceAfter{step}"] = running_mean, running_variance
    inference = wide(gamma) * (batches[0] - wide(running_mean)) / np.sqrt(wide(running_variance) + epsilon) + wide(beta)
    result["inferenceOutput"] = inference
    return result


def make_case(index, name, shape, epsilon, momentum, center, scale, estimate):
    seed, channels = 1000 + 20 * index, shape[1]
    batches, g = make_batches(name, shape, seed), normal(seed + 3, shape)
    gamma = normal(seed + 4, channels, 0.3, 1.0) if scale else np.ones(channels)
    beta = normal(seed + 5, channels, 0.5) if center else np.zeros(channels)
    fresh = index % 3 == 0  # every third case starts as a new layer does
    mean0 = np.zeros(channels) if fresh else normal(seed + 6, channels)
    variance0 = np.ones(channels) if fresh else float32(np.abs(normal(seed + 7, channels)) + 0.5)

    result = numpy_run(batches, gamma, beta, g, epsilon, momentum, mean0, variance0, estimate)
    unbiased = numpy_run(batches, gamma, beta, g, epsilon, momentum, mean0, variance0, "unbiased")
    reference, norm = torch_run(batches, gamma, beta, g, epsilon, momentum, mean0, variance0, torch.float64)
    tolerance = dict(rtol=1e-6, atol=1e-7) if name.startswith("large mean") else dict(rtol=1e-9, atol=1e-11)
    for key, value in reference.items():
        close(value, result[key], f"{name}: {key}", **tolerance)
    close(norm.running_mean, unbiased["runningMeanAfter3"], name)
    close(norm.running_var, unbiased["runningVarianceAfter3"], name, **tolerance)
    if estimate == "unbiased":
        close(norm.eval()(tensor(batches[0])), result["inferenceOutput"], name, **tolerance)

    single, _ = torch_run(batches, gamma, beta, g, epsilon, momentum, mean0, variance0, torch.float32)
    if not scale:
        result["gammaGradient"] = None
    if not center:
        result["betaGradient"] = None
    settings = dict(name=name, shape=shape, epsilon=epsilon, momentum=momentum, center=center, scale=scale)
    inputs = dict(gamma=gamma, beta=beta, initialRunningMean=mean0, initialRunningVariance=variance0, outputGradient=g)
    return {
        **settings,
        "runningVarianceEstimate": estimate,
        **{key: flat(value) for key, value in inputs.items()},
        "batches": [flat(batch) for batch in batches],
        **{
            key: None if value is None else flat(value)
            for key, value in result.items()
            if not key.endswith("After2")
        },
        "float32Error": {key: max_error(value, reference[key]) for key, value in single.items()},
    }


def write():
    write_json("batch-normalization.json", {
        "madeBy": made_by("batch_normalization.py"),
        "axis": 1,
        "meaning": {
            "momentum": "share of the old value; PyTorch's momentum is 1 - this; 'cumulative' is PyTorch's None: step n keeps 1 - 1/n",
            "batchVariance": "biased (divided by the number of values per channel)",
            "gradients": "of sum(output * outputGradient) for batches[0] in training mode",
            "inferenceOutput": "batches[0] with the running statistics after three steps",
            "float32Error": "largest absolute difference between PyTorch in float32 and the float64 reference",
        },
        "cases": [make_case(index, *case) for index, case in enumerate(CASES)],
    })


if __name__ == "__main__":
    write()
