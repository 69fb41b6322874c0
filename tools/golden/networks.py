"""networks.json: twenty training steps of small convolutional and residual networks, built from torch.nn."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from reference_file import array, float32, made_by, max_error, tensor, write_json

STEPS, BATCHES, CLASSES = 20, 2, 10
VELOCITY_KEPT = 0.9
EPSILON, MOMENTUM = 1e-5, 0.9  # momentum: share of the old value
NORMALIZATION = {"type": "batchNormalization", "momentum": MOMENTUM, "epsilon": EPSILON, "runningVariance": "unbiased"}


def uniform(count, stream):
    """lowbias32 of (index + 1000003*stream), as uint32."""
    x = (np.arange(count, dtype=np.uint64) + 1000003 * stream).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def spread(shape, stream, limit):
    u = uniform(int(np.prod(shape)), stream).astype(np.float64) / 2**32
    return float32((2 * u - 1) * limit).reshape(shape)


def batch(size, number):
    images = spread((size, 3, 32, 32), 100 + number, np.sqrt(3))
    return images, (uniform(size, 200 + number) % CLASSES).astype(np.int64)


def conv(inputs, filters, size=3, stride=1, bias=False):
    return nn.Conv2d(inputs, filters, size, stride, padding=size // 2, bias=bias)


def norm(channels):
    return nn.BatchNorm2d(channels, EPSILON, 1 - MOMENTUM)


class Vgg11(nn.Module):
    """Configuration A at an eighth of its width, for 32x32."""

    def __init__(self):
        super().__init__()
        self.plan, channels = [[8], [16], [32, 32], [64, 64], [64, 64]], 3
        for stage, widths in enumerate(self.plan, 1):
            for index, width in enumerate(widths, 1):
                self.add_module(f"conv_{stage}_{index}", conv(channels, width))
                self.add_module(f"conv_{stage}_{index}_normalization", norm(width))
                channels = width
        self.output = nn.Linear(channels, CLASSES)

    def forward(self, x):
        for stage, widths in enumerate(self.plan, 1):
            for index in range(1, len(widths) + 1):
                name = f"conv_{stage}_{index}"
                x = F.relu(getattr(self, f"{name}_normalization")(getattr(self, name)(x)))
            x = F.max_pool2d(x, 2)
        return self.output(x.flatten(1))


class ResidualNetwork(nn.Module):
    """Three stages of blocks with two convolutions, with batch normalization or with SkipInit."""

    def __init__(self, blocks, stem, channels, form, projects, skip_init=None):
        super().__init__()
        self.form, self.skip_init, normal = form, skip_init, skip_init is None
        bias = not normal
        self.stem, self.blocks, inputs = conv(3, stem, bias=bias), [], stem
        if normal and form == "original":
            self.stem_normalization = norm(stem)
        for stage, filters in enumerate(channels, 1):
            for block in range(1, blocks + 1):
                name, stride = f"stage_{stage}_block_{block}", 2 if stage > 1 and block == 1 else 1
                self.add_module(f"{name}_conv_1", conv(inputs, filters, stride=stride, bias=bias))
                self.add_module(f"{name}_conv_2", conv(filters, filters, bias=bias))
                changes = inputs != filters or stride > 1
                if changes and projects:
                    self.add_module(f"{name}_shortcut", conv(inputs, filters, 1, stride, bias))
                    if form == "original":
                        self.add_module(f"{name}_shortcut_normalization", norm(filters))
                if normal:
                    self.add_module(f"{name}_normalization_1", norm(filters if form == "original" else inputs))
                    self.add_module(f"{name}_normalization_2", norm(filters))
                else:
                    self.register_parameter(f"{name}_scale", nn.Parameter(torch.tensor(skip_init)))
                self.blocks.append((name, filters - inputs if changes else 0, stride, changes and projects))
                inputs = filters
        if normal and form == "preactivation":
            self.head_normalization = norm(inputs)
        self.output = nn.Linear(inputs, CLASSES)

    def at(self, name, x):
        """What a module gives, or x where there is none of this name."""
        return getattr(self, name)(x) if name in self._modules else x

    def shortcut(self, name, x, extra, stride, projected):
        if projected:
            return self.at(f"{name}_shortcut_normalization", self.at(f"{name}_shortcut", x))
        return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, extra // 2, extra // 2))

    def forward(self, x):
        x = self.stem(x)
        if self.form == "original":
            x = F.relu(self.at("stem_normalization", x))
        for name, extra, stride, projected in self.blocks:
            if self.form == "original":
                shortcut = self.shortcut(name, x, extra, stride, projected)
                y = F.relu(self.at(f"{name}_normalization_1", self.at(f"{name}_conv_1", x)))
                y = self.at(f"{name}_normalization_2", self.at(f"{name}_conv_2", y))
                x = F.relu(y + shortcut)
                continue
            active = F.relu(self.at(f"{name}_normalization_1", x))
            shortcut = self.shortcut(name, active if projected else x, extra, stride, projected)
            y = F.relu(self.at(f"{name}_normalization_2", self.at(f"{name}_conv_1", active)))
            y = self.at(f"{name}_conv_2", y)
            x = shortcut + (y if self.skip_init is None else getattr(self, f"{name}_scale") * y)
        if self.form == "preactivation":
            x = F.relu(self.at("head_normalization", x))
        return self.output(x.mean((2, 3)))


class ResidualMlp(nn.Module):
    """Dense layers; blocks of normalization, ReLU and dense layer."""

    def __init__(self, units, blocks):
        super().__init__()
        self.stem, self.blocks = nn.Linear(3 * 32 * 32, units, bias=False), blocks
        for block in range(1, blocks + 1):
            self.add_module(f"block_{block}_normalization", nn.BatchNorm1d(units, EPSILON, 1 - MOMENTUM))
            self.add_module(f"block_{block}_dense", nn.Linear(units, units, bias=False))
        self.head_normalization = nn.BatchNorm1d(units, EPSILON, 1 - MOMENTUM)
        self.output = nn.Linear(units, CLASSES)

    def forward(self, x):
        x = self.stem(x.flatten(1))
        for block in range(1, self.blocks + 1):
            active = F.relu(getattr(self, f"block_{block}_normalization")(x))
            x = x + getattr(self, f"block_{block}_dense")(active)
        return self.output(F.relu(self.head_normalization(x)))


# name, what networks.NAME takes here, batch size, learning rate, the same network from torch.nn. The deep one has a
# small rate: float32's rounding grows from step to step, and at 0.005 PyTorch's own float32 run is 6e-3 away.
CASES = [
    ("VGG-11, an eighth as wide", "vgg", {"depth": 11, "widthFactor": 0.125}, 16, 0.01, lambda: Vgg11()),
    ("ResNet-20", "resNet", {"depth": 20}, 16, 2.5e-4,
     lambda: ResidualNetwork(3, 16, [16, 32, 64], "original", projects=False)),
    ("ResNet-8 with projections, half as wide", "resNet",
     {"depth": 8, "widthFactor": 0.5, "shortcut": "projection"}, 8, 0.005,
     lambda: ResidualNetwork(1, 8, [8, 16, 32], "original", projects=True)),
    ("ResNet-8 with preactivation, half as wide", "resNet",
     {"depth": 8, "widthFactor": 0.5, "form": "preactivation"}, 8, 0.005,
     lambda: ResidualNetwork(1, 8, [8, 16, 32], "preactivation", projects=False)),
    ("WRN-16-1", "wideResNet", {"depth": 16, "widthFactor": 1}, 8, 0.005,
     lambda: ResidualNetwork(2, 16, [16, 32, 64], "preactivation", projects=True)),
    ("WRN-10-2 with SkipInit", "wideResNet", {"depth": 10, "widthFactor": 2, "residual": {"skipInit": 0.25}}, 8, 0.005,
     lambda: ResidualNetwork(1, 16, [32, 64, 128], "preactivation", projects=True, skip_init=0.25)),
    ("residual MLP of 4 blocks", "residualMlp", {"inputShape": [3, 32, 32], "units": 24, "blocks": 4}, 16, 0.002,
     lambda: ResidualMlp(24, 4)),
]


def weight_names(model):
    """The parameters and statistics of a model by the names that they have in Evenkeel."""
    endings = {"running_mean": "runningMean", "running_var": "runningVariance"}
    for key, value in model.state_dict().items():
        module, _, end = key.rpartition(".")
        if end == "num_batches_tracked":
            continue
        if module == "":
            yield f"{end}/scale", value
        elif "normalization" in module:
            yield f"{module}/{endings.get(end) or {'weight': 'gamma', 'bias': 'beta'}[end]}", value
        else:
            kernel = value.T if value.ndim == 2 else value
            yield f"{module}/{'kernel' if end == 'weight' else 'bias'}", kernel


def initialize(model):
    """Kernels by the formula, biases 0. Returns the kernels' names in the order of their streams."""
    names = []
    with torch.no_grad():
        for name, value in weight_names(model):
            if name.endswith("/bias"):
                value.zero_()
            elif name.endswith("/kernel"):
                names.append(name)
                fan_in = value.shape[0] if value.ndim == 2 else value[0].numel()
                value.copy_(tensor(spread(tuple(value.shape), len(names), np.sqrt(6 / fan_in)), value.dtype))
    return names


def train(build, size, rate, dtype):
    model = build().to(dtype)
    kernels = initialize(model)
    stepper = torch.optim.SGD(model.parameters(), rate, VELOCITY_KEPT)
    losses = []
    for step in range(STEPS):
        images, labels = batch(size, step % BATCHES)
        loss = F.cross_entropy(model(tensor(images, dtype)), torch.tensor(labels))
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    logits = model.eval()(tensor(batch(size, 0)[0][:2], dtype))
    return kernels, losses, logits, dict(weight_names(model))


def distance(a, b):
    """Of two values of a weight, as a share of its norm; of small weights, as it is."""
    return ((a.double() - b).norm() / max(1, b.norm())).item()


def make_case(name, network, options, size, rate, build):
    kernels, losses, logits, final = train(build, size, rate, torch.float64)
    _, single_losses, single_logits, single = train(build, size, rate, torch.float32)
    assert sum(losses[-BATCHES:]) < 0.9 * sum(losses[:BATCHES]), (name, losses)
    residual = "residual" in options
    return {
        "name": name, "network": network,
        "options": options if residual else {**options, "normalization": NORMALIZATION},
        "batchSize": size, "learningRate": rate, "kernels": kernels,
        "losses": losses, "logits": array(logits).tolist(),
        "final": {key: [value.sum().item(), value.norm().item()] for key, value in final.items()},
        "float32": {
            "lossError": max(abs(a / b - 1) for a, b in zip(single_losses, losses)),
            "logitsError": max_error(single_logits, logits),
            "finalError": max(distance(single[key], value) for key, value in final.items()),
        },
    }


def write():
    write_json("networks.json", {
        "madeBy": made_by("networks.py"),
        "steps": STEPS, "batches": BATCHES, "momentum": VELOCITY_KEPT,
        "meaning": {
            "hash": "lowbias32(index + 1000003*stream) as uint32: x ^= x>>>16; x *= 0x7feb352d; x ^= x>>>15; x *= 0x846ca68b; x ^= x>>>16",
            "spread": "float32((2*hash/2^32 - 1)*limit), in float64 until the last rounding",
            "kernels": "the n-th of the list, from 1, is spread over stream n with limit sqrt(6 / fan in), index row-major in [filters, channels, height, width] or [in, out]",
            "otherInitialValues": "bias 0, gamma 1, beta 0, running mean 0, running variance 1, SkipInit's scale as the options say",
            "batches": "step k, from 0, takes batch b = k mod 2: images [N, 3, 32, 32] spread over stream 100 + b with limit sqrt(3), labels hash mod 10 of stream 200 + b",
            "optimizer": "SGD: v = momentum*v + g; w -= learningRate*v",
            "losses": "softmax cross-entropy of the step's batch in training mode, before its update, in float64",
            "logits": "of the first two images of batch 0, in inference mode after the last step",
            "final": "sum and Euclidean norm of every weight after the last step",
            "float32": "how far PyTorch's own float32 run is from that: losses relative, logits absolute, weights by the norm of the difference, as a share of the weight's norm where that is above 1",
        },
        "cases": [make_case(*case) for case in CASES],
    })


if __name__ == "__main__":
    write()
