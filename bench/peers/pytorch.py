"""PyTorch's side of the benchmark; see protocol.mjs, whose data, weights and conversation this repeats.

The argument is the number of threads.
"""

import json
import os
import resource
import sys
import time

try:
    import numpy
    import torch
except ImportError as error:
    print(json.dumps({"missing": f"{error} in {sys.executable}"}), flush=True)
    sys.exit()

THREADS = int(sys.argv[1])
WIDTHS = (784, 300, 100, 10)
IMAGES = 16384


def digits():
    folder = os.environ["EVENKEEL_BENCH_MNIST"]
    images = numpy.fromfile(f"{folder}/train-images-idx3-ubyte", numpy.uint8, IMAGES * 784, offset=16)
    labels = numpy.fromfile(f"{folder}/train-labels-idx1-ubyte", numpy.uint8, IMAGES, offset=8)
    return torch.from_numpy(images).view(IMAGES, 784).float().div_(255), torch.from_numpy(labels).long()


def initial_weights():
    """mulberry32 with seed 1, all draws at once: its state is a counter."""
    shapes = list(zip(WIDTHS, WIDTHS[1:]))
    total = sum(inputs * outputs for inputs, outputs in shapes)
    u32 = numpy.uint32
    state = u32(1) + numpy.arange(1, total + 1, dtype=u32) * u32(0x6D2B79F5)
    bits = (state ^ (state >> u32(15))) * (state | u32(1))
    bits = (bits + (bits ^ (bits >> u32(7))) * (bits | u32(61))) ^ bits
    uniform = (bits ^ (bits >> u32(14))).astype(numpy.float64) / 2**32
    start = 0
    for inputs, outputs in shapes:
        limit = (6 / (inputs + outputs)) ** 0.5
        values = limit * (2 * uniform[start : start + inputs * outputs] - 1)
        start += inputs * outputs
        yield torch.from_numpy(values.astype(numpy.float32)).view(inputs, outputs)


def create_model(batch):
    def norm(width):
        # PyTorch's momentum is the share of the new value.
        return torch.nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)

    model = torch.nn.Sequential(
        torch.nn.Linear(784, 300, bias=False),
        norm(300),
        torch.nn.ReLU(inplace=True),
        torch.nn.Linear(300, 100, bias=False),
        norm(100),
        torch.nn.ReLU(inplace=True),
        torch.nn.Linear(100, 10),
    )
    with torch.no_grad():
        for layer, weight in zip((model[0], model[3], model[6]), initial_weights()):
            layer.weight.copy_(weight.T)
        model[6].bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, foreach=True)
    criterion = torch.nn.CrossEntropyLoss()

    def step(first):
        # Slices of the data set are views: nothing is copied.
        loss = criterion(model(IMAGES_DATA[first : first + batch]), LABELS[first : first + batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def answer(message):
    print(json.dumps(message), flush=True)


torch.set_num_threads(THREADS)
IMAGES_DATA, LABELS = digits()
models = {}
answer({"ready": f"PyTorch {torch.__version__}, {THREADS} thread{'s' if THREADS > 1 else ''}"})
for line in sys.stdin:
    request = json.loads(line)
    if request.get("exit"):
        break
    batch = request["run"]
    model = models.setdefault(batch, {"step": None, "next": 0})
    model["step"] = model["step"] or create_model(batch)
    milliseconds = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        loss = model["step"](model["next"])
        milliseconds.append((time.perf_counter() - start) * 1000)
        model["next"] = (model["next"] + batch) % IMAGES
    answer({"milliseconds": milliseconds, "loss": loss})
answer({"peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
