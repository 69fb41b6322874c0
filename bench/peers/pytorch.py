"""PyTorch's side of the benchmark; see protocol.mjs and examples.mjs, whose conversation and data this repeats.

Arguments: the number of threads, and the device ("cpu" unless given).
"""

import json
import os
import resource
import sys
import time

try:
    import numpy
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as error:
    print(json.dumps({"missing": f"{error} in {sys.executable}"}), flush=True)
    sys.exit()

THREADS = int(sys.argv[1])
DEVICE = torch.device(sys.argv[2] if len(sys.argv) > 2 else "cpu")
ON_CPU = DEVICE.type == "cpu"
u32 = numpy.uint32


class RandomBits:
    """mulberry32, many draws at once: its state is a counter."""

    def __init__(self, seed):
        self.state = seed

    def __call__(self, count):
        state = u32(self.state) + numpy.arange(1, count + 1, dtype=u32) * u32(0x6D2B79F5)
        self.state = (self.state + count * 0x6D2B79F5) % 2**32
        bits = (state ^ (state >> u32(15))) * (state | u32(1))
        bits = (bits + (bits ^ (bits >> u32(7))) * (bits | u32(61))) ^ bits
        return bits ^ (bits >> u32(14))


def uniform(random, limit, shape):
    """Values between -limit and limit, float32."""
    count = numpy.prod(shape)
    values = limit * (2 * random(count).astype(numpy.float64) / 2**32 - 1)
    return torch.from_numpy(values.astype(numpy.float32)).view(*shape)


def digits():
    folder, count = os.environ["EVENKEEL_BENCH_MNIST"], 16384
    images = numpy.fromfile(f"{folder}/train-images-idx3-ubyte", numpy.uint8, count * 784, offset=16)
    labels = numpy.fromfile(f"{folder}/train-labels-idx1-ubyte", numpy.uint8, count, offset=8)
    return images.reshape(count, 1, 28, 28), labels


def pictures():
    count = 2048
    pattern, noise, label = (RandomBits(seed) for seed in (2, 3, 4))
    squares = (pattern(10 * 3 * 8 * 8) >> u32(26)).astype(numpy.uint8).reshape(10, 3, 8, 8)
    patterns = squares.repeat(4, axis=2).repeat(4, axis=3)
    images = numpy.empty((count, 3, 32, 32), numpy.uint8)
    for index in range(count):
        rough = (noise(3 * 32 * 32) >> u32(25)).astype(numpy.uint8).reshape(3, 32, 32)
        images[index] = 32 + patterns[index % 10] + rough
    drawn = label((count + 4) // 5) % u32(10)
    labels = numpy.arange(count) % 10
    labels[::5] = drawn
    return images, labels.astype(numpy.uint8)


class Residual(nn.Module):
    def __init__(self, inner, stride, channels):
        super().__init__()
        self.inner, self.stride = inner, stride
        self.before = channels // 2
        self.after = channels - channels // 2

    def forward(self, x):
        shortcut = x[:, :, :: self.stride, :: self.stride] if self.stride > 1 else x
        if self.before + self.after:
            shortcut = functional.pad(shortcut, (0, 0, 0, 0, self.before, self.after))
        return self.inner(x) + shortcut


class GlobalAverage(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def build(layers, normalization, allowed):
    """The layers of a network, with the first normalizations; see networks.mjs."""
    modules = []
    spatial = False
    for layer in layers:
        kind = layer["kind"]
        if kind == "convolution":
            sizes = layer["inputs"], layer["filters"], layer["size"]
            modules.append(nn.Conv2d(*sizes, stride=layer["stride"], padding=layer["padding"], bias=False))
            spatial = True
        elif kind == "dense":
            modules.append(nn.Linear(layer["inputs"], layer["units"], bias=layer["useBias"]))
            spatial = False
        elif kind == "batchNormalization":
            if next(allowed, None) is None:
                continue
            norm = nn.BatchNorm2d if spatial else nn.BatchNorm1d
            # PyTorch's momentum is the share of the new value.
            momentum = 1 - normalization["momentum"]
            modules.append(norm(layer["channels"], eps=normalization["epsilon"], momentum=momentum))
        elif kind == "relu":
            modules.append(nn.ReLU(inplace=True))
        elif kind == "maxPool":
            modules.append(nn.MaxPool2d(layer["size"]))
        elif kind == "flatten":
            modules.append(nn.Flatten())
        elif kind == "globalAverage":
            modules.append(GlobalAverage())
        elif kind == "residual":
            inner = build(layer["inner"], normalization, allowed)
            modules.append(Residual(inner, layer["stride"], layer["outputs"] - layer["inputs"]))
        else:
            raise ValueError(f"no layer {kind}")
    return nn.Sequential(*modules)


def placed(x):
    """On the device; convolutions and their normalization are faster with channels last in memory."""
    spatial = isinstance(x, nn.Module) or x.dim() == 4
    return x.to(DEVICE, memory_format=torch.channels_last) if spatial else x.to(DEVICE)


def create_model(work):
    network = work["network"]
    allowed = iter(range(network.get("normalized", 10**6)))
    model = build(network["layers"], network["normalization"], allowed)
    random = RandomBits(1)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                inputs, units = module.in_features, module.out_features
                module.weight.copy_(uniform(random, (6 / (inputs + units)) ** 0.5, (inputs, units)).T)
                if module.bias is not None:
                    module.bias.zero_()
            elif isinstance(module, nn.Conv2d):
                shape = module.weight.shape
                ways = (shape[0] + shape[1]) * shape[2] * shape[3]
                module.weight.copy_(uniform(random, (6 / ways) ** 0.5, shape))
    return placed(model)


def load(work):
    images, labels = digits() if work["data"] == "digits" else pictures()
    images = torch.from_numpy(images).view(len(images), *work["network"]["input"])
    return placed(images.float().div_(255)), placed(torch.from_numpy(labels).long())


def prepare_training(work):
    model, (images, labels), batch = create_model(work), load(work), work["batch"]
    options = work["optimizer"]
    optimizer = torch.optim.SGD(
        model.parameters(), lr=options["learningRate"], momentum=options["momentum"], foreach=True
    )
    criterion = nn.CrossEntropyLoss()

    def step(index):
        first = index * batch % len(images)
        # Slices of the data set are views: nothing is copied.
        loss = criterion(model(images[first : first + batch]), labels[first : first + batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def prepare_inference(work):
    model, (images, _), batch = create_model(work), load(work), work["batch"]
    model.eval()

    @torch.inference_mode()
    def step(index):
        first = index * batch % len(images)
        return [model(images[first : first + batch]).cpu()]

    return step


def prepare_normalization(work):
    shape = work["shape"]
    channels = numpy.arange(shape[1]) / shape[1]
    x, upstream = (placed(uniform(RandomBits(seed), 1, shape)) for seed in (5, 6))
    x.requires_grad_()
    norm = (nn.BatchNorm2d if len(shape) == 4 else nn.BatchNorm1d)(shape[1], eps=work["epsilon"])
    with torch.no_grad():
        norm.weight.copy_(torch.from_numpy(0.5 + channels))
        norm.bias.copy_(torch.from_numpy(channels - 0.5))
    norm.to(DEVICE)

    def step(index):
        x.grad = norm.weight.grad = norm.bias.grad = None
        y = norm(x)
        y.backward(upstream)
        if not ON_CPU:
            torch.cuda.synchronize()
        return [y.detach(), x.grad, norm.weight.grad, norm.bias.grad]

    return step


def answer(message):
    print(json.dumps(message), flush=True)


def resident_megabytes():
    """Now; where that cannot be told, the most there was."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return peak_megabytes()


def peak_megabytes():
    if not ON_CPU:
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if DEVICE.type == "cuda" and not torch.cuda.is_available():
    answer({"missing": f"CUDA in PyTorch {torch.__version__}"})
    sys.exit()
torch.set_num_threads(THREADS)
prepare = {"train": prepare_training, "predict": prepare_inference, "normalize": prepare_normalization}
where = f"{THREADS} thread{'s' if THREADS > 1 else ''}" if ON_CPU else torch.cuda.get_device_name(DEVICE)
answer({"ready": f"PyTorch {torch.__version__}, {where}"})
taken = 0
for line in sys.stdin:
    request = json.loads(line)
    if request.get("exit"):
        break
    start = time.perf_counter()
    if "work" in request:
        take = prepare[request["work"]["task"]](request["work"])
        prepared = (time.perf_counter() - start) * 1000
        answer({"prepared": prepared, "megabytes": resident_megabytes()})
        continue
    milliseconds, values = [], []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        result = take(taken)
        milliseconds.append((time.perf_counter() - start) * 1000)
        taken += 1
        # Of tensors, the mean absolute values, as protocol.mjs has them.
        values.append(result if isinstance(result, float) else sum(t.abs().mean().item() for t in result))
    answer({"milliseconds": milliseconds, "values": values})
answer({"peakMegabytes": peak_megabytes()})
