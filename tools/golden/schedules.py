"""schedules.json: learning rates at every step by PyTorch's schedulers."""
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler

from reference_file import close, made_by, write_json

warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")


def rates(make, initial, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], initial)
    scheduler = make(optimizer)
    found = []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        if step < steps - 1:
            scheduler.step()
    return found


def one_cycle(steps, maximum, rising_share=0.3, start_divisor=25.0, final_divisor=1e4):
    make = lambda optimizer: lr_scheduler.OneCycleLR(
        optimizer, maximum, steps, pct_start=rising_share, div_factor=start_divisor, final_div_factor=final_divisor,
        cycle_momentum=False)
    return {
        "type": "oneCycle", "maximum": maximum, "steps": steps, "risingShare": rising_share,
        "startDivisor": start_divisor, "finalDivisor": final_divisor, "rates": rates(make, maximum, steps),
    }


def step_decay(initial, every, factor, steps):
    found = rates(lambda optimizer: lr_scheduler.StepLR(optimizer, every, factor), initial, steps)
    close(found, initial * factor ** (np.arange(steps) // every), "step")
    return {"type": "step", "initial": initial, "every": every, "factor": factor, "rates": found}


def exponential(initial, factor, steps):
    found = rates(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, factor), initial, steps)
    close(found, initial * factor ** np.arange(steps), "exponential")
    return {"type": "exponential", "initial": initial, "every": 1, "factor": factor, "rates": found}


def cosine(initial, period, final):
    found = rates(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, period, final), initial, period + 1)
    close(found, final + (initial - final) * (1 + np.cos(np.pi * np.arange(period + 1) / period)) / 2, "cosine")
    return {"type": "cosine", "initial": initial, "steps": period, "final": final, "rates": found}


def write():
    write_json("schedules.json", {
        "madeBy": made_by("schedules.py"),
        "meaning": "rates[k] is the learning rate of step k, counted from 0",
        "cases": [
            one_cycle(20, 0.1),
            one_cycle(7, 1.0),
            one_cycle(100, 0.05, rising_share=0.1, start_divisor=10.0, final_divisor=100.0),
            one_cycle(10, 0.2, rising_share=0.5),
            one_cycle(10, 0.2, rising_share=1.0),
            step_decay(0.1, 5, 0.1, 16),
            step_decay(0.5, 3, 0.5, 16),
            exponential(0.1, 0.9, 16),
            cosine(0.1, 12, 0.0),
            cosine(0.3, 9, 0.01),
        ],
    })


if __name__ == "__main__":
    write()
