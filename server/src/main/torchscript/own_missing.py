# Where there is no machine code of our own (own.py); nothing calls these then.


def few(self, x: Tensor, w: Tensor, scale: Tensor, most: int) -> bool:
    return False


def few_rows(self, x: Tensor, w: Tensor, scale: Tensor, bias: Tensor, onto: Tensor) -> Tensor:
    return x


def norm_rows(self, x: Tensor, gain: Tensor, eps: Tensor) -> Tensor:
    return x


def place(self, qkv: Tensor, cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, places: Tensor, q_gain: Tensor, k_gain: Tensor, eps: Tensor, heads: int) -> int:
    return 0


def gate(self, x: Tensor) -> Tensor:
    return x


def attend_alone(self, qkv: Tensor, keys: Tensor, values: Tensor, table: Tensor, alone: List[int], heads: int, window: int) -> Tensor:
    return qkv


def layers_alone(self, x: Tensor, cos: Tensor, sin: Tensor, places: Tensor, table: Tensor, alone: List[int], own: List[int]) -> Tensor:
    return x


def adapt(self, onto: Tensor, x: Tensor, layer: int, group: int, outputs: int, own: List[int]) -> Tensor:
    return onto
