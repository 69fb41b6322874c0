"""What all golden scripts share: float32-representable inputs, rounding, and a readable JSON writer."""
import json
import platform
from pathlib import Path

import numpy as np
import torch

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "packages" / "evenkeel" / "golden"


def made_by(script):
    versions = f"PyTorch {torch.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
    return f"tools/golden/{script}, {versions}"


def float32(values):
    """The nearest float32 values, held as float64, so that every later step is exact to float64."""
    return np.asarray(values, np.float64).astype(np.float32).astype(np.float64)


def normal(seed, shape, scale=1.0, mean=0.0, decimals=3):
    """Gaussian values with few decimals (short in JSON), float32-representable."""
    values = np.random.RandomState(seed).standard_normal(shape) * scale + mean
    return float32(np.round(values, decimals))


def tensor(values, dtype=torch.float64, grad=False):
    return torch.tensor(np.asarray(values), dtype=dtype, requires_grad=grad)


def array(values):
    return values.detach().double().numpy() if isinstance(values, torch.Tensor) else np.asarray(values, np.float64)


def flat(values):
    """Row-major list of numbers; write_json rounds them to float32."""
    return array(values).ravel().tolist()


def close(actual, expected, what, rtol=1e-9, atol=1e-12):
    np.testing.assert_allclose(array(actual), array(expected), rtol=rtol, atol=atol, err_msg=what)


def max_error(actual, expected):
    return float(np.max(np.abs(array(actual) - array(expected))))


def _number(value):
    value = float(repr(float(value))) if isinstance(value, int) else float(str(np.float32(value)))
    assert np.isfinite(value), "JSON has no NaN or Infinity"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _render(value, indent):
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {_render(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, (list, tuple, dict)) for item in value):
            return "[\n" + ",\n".join(inner + _render(item, inner) for item in value) + "\n" + indent + "]"
        return "[" + ",".join(_render(item, inner) for item in value) + "]"
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    return _number(value)


def write_json(name, content):
    """Numbers are rounded to float32 and written in their shortest form; a list of numbers stays on one line."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    text = _render(content, "") + "\n"
    json.loads(text)
    (GOLDEN / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(text.encode()) / 1000:.0f} kB")
