# From bytes of a checkpoint to weights in the layout and type that the forward pass wants.


def as_type(self, bytes: Tensor, source: int, target: int, size: List[int]) -> Tensor:
    # bytes uint8 [n], reinterpreted as `source` and converted to `target`
    return ops.aten.view_copy(bytes, dtype=source).to(target).view(size)


def finite(self, x: Tensor) -> Tensor:
    # [1] 1 if all values are numbers: whatever is not spoils the sum, which costs one pass over the memory
    return torch.isfinite(torch.sum(x)).to(6).view([1])


def join(self, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts, 0)


def pack(self, w: Tensor, rows: int) -> Tensor:
    # oneDNN's own layout of a linear layer's weight [out, in], best for so many rows of input (CPU)
    return ops.mkldnn._reorder_linear_weight(w.contiguous(), rows)


def quantize(self, w: Tensor) -> List[Tensor]:
    # w [out, in] -> its nearest int8 in oneDNN's own layout, and the scale of each output, float32 (CPU)
    w = w.to(6)
    scale = torch.clamp(torch.div(torch.amax(torch.abs(w), [1], True), 127.), min=1e-30)
    return [ops.onednn.qlinear_prepack(torch.round(torch.div(w, scale)).to(1), [16, w.size(1)]), scale.view([-1])]


def packs(self) -> Tensor:
    # [1] whether oneDNN computes in bfloat16 on this CPU (AVX-512 or newer)
    if ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.ones([1], dtype=6)
    return torch.zeros([1], dtype=6)


def zeros(self, size: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.zeros(size, dtype=dtype, device=like.device)


def empty_parts(self, count: int, size: int, spare: int, dtype: int, like: Tensor) -> List[Tensor]:
    all = torch.empty([count * size + spare], dtype=dtype, device=like.device)
    parts = annotate(List[Tensor], [])
    for i in range(count):
        parts.append(all.narrow(0, i * size, size))
    return parts


def random_normal(self, size: List[int], deviation: float, dtype: int, like: Tensor) -> Tensor:
    return torch.mul(torch.randn(size, dtype=6, device=like.device), deviation).to(dtype)


def ones(self, size: List[int], deviation: float, dtype: int, like: Tensor) -> Tensor:
    return torch.ones(size, dtype=dtype, device=like.device)


def seed(self, value: int) -> int:
    torch.manual_seed(value)
    return 0
