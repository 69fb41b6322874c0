"""optimizers.json: the weights after each of 20 steps with given gradients, for every optimizer."""
import numpy as np
import torch

from reference_file import close, flat, float32, made_by, normal, tensor, write_json

STEPS = 20
WEIGHT, BIAS = normal(1, (3, 2)), normal(2, 2)
FADE = 1.6 * 0.88 ** np.arange(STEPS)  # early gradients are longer than the clip norm, late ones shorter
WEIGHT_GRADIENTS = [float32(np.round(normal(100 + k, (3, 2)) * FADE[k], 3)) for k in range(STEPS)]
BIAS_GRADIENTS = [float32(np.round(normal(200 + k, 2) * FADE[k], 3)) for k in range(STEPS)]
for k in range(STEPS):
    WEIGHT_GRADIENTS[k][1, 1] = 0.0  # a weight whose gradient is always zero
    WEIGHT_GRADIENTS[k][2, 0] = float32(WEIGHT_GRADIENTS[k][2, 0] * 1e-6)  # and one where epsilon matters
RATES = [0.1] * 5 + [0.03] * 5 + [0.06] * 5 + [0.01] * 5


def clip(gradients, o):
    if "clipNorm" in o:
        norm = np.sqrt(sum((g**2).sum() for g in gradients))
        return [g * o["clipNorm"] / max(norm, o["clipNorm"]) for g in gradients]
    if "clipValue" in o:
        return [np.clip(g, -o["clipValue"], o["clipValue"]) for g in gradients]
    return gradients


def sgd(w, g, s, o, lr, t):
    g = g + o.get("weightDecay", 0) * w
    mu = o.get("momentum", 0)
    if o["convention"] == "keras":
        s["v"] = mu * s.get("v", 0) - lr * g
        return w + (mu * s["v"] - lr * g if o.get("nesterov") else s["v"])
    s["v"] = mu * s.get("v", 0) + g
    return w - lr * (g + mu * s["v"] if o.get("nesterov") else s["v"])


def adam(w, g, s, o, lr, t):
    if o["optimizer"] == "adamw":
        w = w - lr * o["weightDecay"] * w
    else:
        g = g + o.get("weightDecay", 0) * w
    b1, b2 = o["beta1"], o["beta2"]
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
    if o["convention"] == "keras":
        return w - lr * np.sqrt(1 - b2**t) / (1 - b1**t) * s["m"] / (np.sqrt(s["v"]) + o["epsilon"])
    return w - lr * (s["m"] / (1 - b1**t)) / (np.sqrt(s["v"] / (1 - b2**t)) + o["epsilon"])


def rmsprop(w, g, s, o, lr, t):
    rho, mu = o["rho"], o.get("momentum", 0)
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g * g
    v = s["v"]
    if o.get("centered"):
        s["a"] = rho * s.get("a", 0) + (1 - rho) * g
        v = v - s["a"] ** 2
    if o["convention"] == "keras":
        s["b"] = mu * s.get("b", 0) + lr * g / np.sqrt(v + o["epsilon"])
        return w - s["b"]
    s["b"] = mu * s.get("b", 0) + g / (np.sqrt(v) + o["epsilon"])
    return w - lr * s["b"]


RULES = {"sgd": sgd, "adam": adam, "adamw": adam, "rmsprop": rmsprop}


def numpy_run(o, rates):
    values, states, history = [WEIGHT, BIAS], [{}, {}], []
    for k, lr in enumerate(rates):
        gradients = clip([WEIGHT_GRADIENTS[k], BIAS_GRADIENTS[k]], o)
        values = [RULES[o["optimizer"]](w, g, s, o, lr, k + 1) for w, g, s in zip(values, gradients, states)]
        history.append(values)
    return history


def torch_run(o, rates):
    decay, mu = o.get("weightDecay", 0), o.get("momentum", 0)
    parameters = [tensor(WEIGHT, grad=True), tensor(BIAS, grad=True)]
    if o["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(parameters, rates[0], mu, weight_decay=decay, nesterov=o.get("nesterov", False))
    elif o["optimizer"] == "rmsprop":
        optimizer = torch.optim.RMSprop(
            parameters, rates[0], o["rho"], o["epsilon"], momentum=mu, centered=o.get("centered", False))
    else:
        kind = torch.optim.AdamW if o["optimizer"] == "adamw" else torch.optim.Adam
        optimizer = kind(parameters, rates[0], (o["beta1"], o["beta2"]), o["epsilon"], decay)
    history = []
    for k, lr in enumerate(rates):
        optimizer.param_groups[0]["lr"] = lr
        parameters[0].grad, parameters[1].grad = tensor(WEIGHT_GRADIENTS[k]), tensor(BIAS_GRADIENTS[k])
        if "clipNorm" in o:
            torch.nn.utils.clip_grad_norm_(parameters, o["clipNorm"])
        if "clipValue" in o:
            torch.nn.utils.clip_grad_value_(parameters, o["clipValue"])
        optimizer.step()
        history.append([p.detach().numpy().copy() for p in parameters])
    return history


ADAM = dict(beta1=0.9, beta2=0.999, epsilon=1e-8)
RMS = dict(rho=0.9, epsilon=1e-7)
SGD_RULE = "v = momentum*v + g (v starts as g); w -= lr*v"
NESTEROV_RULE = "v = momentum*v + g; w -= lr*(g + momentum*v)"
ADAM_RULE = "m = beta1*m + (1-beta1)*g; v = beta2*v + (1-beta2)*g^2; w -= lr * (m/(1-beta1^t)) / (sqrt(v/(1-beta2^t)) + epsilon)"
RMS_RULE = "v = rho*v + (1-rho)*g^2; w -= lr*g/(sqrt(v) + epsilon)"
KERAS_RMS = "v = rho*v + (1-rho)*g^2; b = momentum*b + lr*g/sqrt(v + epsilon); w -= b"

# name, optimizer, options, rate or rates, PyTorch call (None: no equivalent), rule
CASES = [
    ("sgd", "sgd", {}, 0.1, "SGD(lr=0.1)", "w -= lr*g"),
    ("momentum", "sgd", dict(momentum=0.9), 0.1, "SGD(lr=0.1, momentum=0.9)", SGD_RULE),
    ("nesterov", "sgd", dict(momentum=0.9, nesterov=True), 0.1, "SGD(lr=0.1, momentum=0.9, nesterov=True)", NESTEROV_RULE),
    ("momentum, L2 decay", "sgd", dict(momentum=0.9, weightDecay=0.01), 0.1,
     "SGD(lr=0.1, momentum=0.9, weight_decay=0.01)", "g += weightDecay*w; " + SGD_RULE),
    ("adam", "adam", ADAM, 0.01, "Adam(lr=0.01, betas=(0.9, 0.999), eps=1e-8)", ADAM_RULE),
    ("adam, L2 decay", "adam", dict(ADAM, weightDecay=0.01), 0.01,
     "Adam(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)", "g += weightDecay*w; " + ADAM_RULE),
    ("adamw", "adamw", dict(ADAM, weightDecay=0.01), 0.01,
     "AdamW(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)", "w -= lr*weightDecay*w; " + ADAM_RULE),
    ("rmsprop", "rmsprop", RMS, 0.01, "RMSprop(lr=0.01, alpha=0.9, eps=1e-7)", RMS_RULE),
    ("rmsprop, momentum", "rmsprop", dict(RMS, momentum=0.9), 0.01, "RMSprop(lr=0.01, alpha=0.9, eps=1e-7, momentum=0.9)",
     "v = rho*v + (1-rho)*g^2; b = momentum*b + g/(sqrt(v) + epsilon); w -= lr*b"),
    ("rmsprop, centered", "rmsprop", dict(RMS, centered=True), 0.01, "RMSprop(lr=0.01, alpha=0.9, eps=1e-7, centered=True)",
     "v = rho*v + (1-rho)*g^2; a = rho*a + (1-rho)*g; w -= lr*g/(sqrt(v - a^2) + epsilon)"),
    ("clip by global norm", "sgd", dict(clipNorm=1.0), 0.1, "clip_grad_norm_(max_norm=1.0), then SGD(lr=0.1)",
     "g *= clipNorm/max(clipNorm, norm of weight and bias gradients together); w -= lr*g (PyTorch adds 1e-6 to the norm)"),
    ("clip by value", "sgd", dict(clipValue=0.5), 0.1, "clip_grad_value_(clip_value=0.5), then SGD(lr=0.1)",
     "g = min(max(g, -clipValue), clipValue); w -= lr*g"),
    ("momentum, scheduled", "sgd", dict(momentum=0.9), RATES, "SGD(momentum=0.9), lr set before each step", SGD_RULE),
    ("nesterov, scheduled", "sgd", dict(momentum=0.9, nesterov=True), RATES,
     "SGD(momentum=0.9, nesterov=True), lr set before each step", NESTEROV_RULE),
    ("momentum, scheduled, keras", "sgd", dict(momentum=0.9), RATES, None, "v = momentum*v - lr*g; w += v"),
    ("nesterov, scheduled, keras", "sgd", dict(momentum=0.9, nesterov=True), RATES, None,
     "v = momentum*v - lr*g; w += momentum*v - lr*g"),
    ("adam, keras", "adam", dict(ADAM, epsilon=1e-7), 0.01, None,
     "m, v as Adam; w -= lr*sqrt(1-beta2^t)/(1-beta1^t) * m/(sqrt(v) + epsilon)"),
    ("rmsprop, keras", "rmsprop", RMS, 0.01, None, KERAS_RMS),
    ("rmsprop, momentum, keras", "rmsprop", dict(RMS, momentum=0.9), 0.01, None, KERAS_RMS),
    ("rmsprop, centered, keras", "rmsprop", dict(RMS, centered=True), 0.01, None,
     "v as RMSProp; a = rho*a + (1-rho)*g; w -= lr*g/sqrt(v - a^2 + epsilon)"),
]


def make_case(name, optimizer, options, rate, pytorch, rule):
    rates = rate if isinstance(rate, list) else [rate] * STEPS
    settings = {"name": name, "optimizer": optimizer, "convention": "pytorch" if pytorch else "keras", **options}
    history = numpy_run(settings, rates)
    if pytorch:
        tolerance = 2e-6 if "clipNorm" in options else 1e-10  # PyTorch divides by (norm + 1e-6)
        for ours, theirs in zip(history, torch_run(settings, rates)):
            close(theirs[0], ours[0], name, rtol=tolerance, atol=1e-7 if "clipNorm" in options else 1e-12)
            close(theirs[1], ours[1], name, rtol=tolerance, atol=1e-7 if "clipNorm" in options else 1e-12)
    return {
        **settings,
        "learningRates": rates,
        "rule": rule,
        "pytorch": pytorch,
        "weight": [flat(step[0]) for step in history],
        "bias": [flat(step[1]) for step in history],
    }


def write():
    write_json("optimizers.json", {
        "madeBy": made_by("optimizers.py"),
        "steps": STEPS,
        "weightShape": [3, 2],
        "biasShape": [2],
        "initialWeight": flat(WEIGHT),
        "initialBias": flat(BIAS),
        "weightGradients": [flat(g) for g in WEIGHT_GRADIENTS],
        "biasGradients": [flat(g) for g in BIAS_GRADIENTS],
        "cases": [make_case(*case) for case in CASES],
    })


if __name__ == "__main__":
    write()
