# What the device gives at most, for measuring.


def base_products(self, weights: List[Tensor], shape: List[int], rows: int, last_rows: int) -> Tensor:
    # a step's products of so many rows with the base's matrices, the head's with last_rows, and nothing else
    total = torch.zeros([], dtype=6, device=weights[0].device)
    for i in range(shape[0] * 4 + 1):
        last = i == shape[0] * 4
        width = shape[4] if last else [shape[4], shape[1] * shape[3], shape[4], shape[5]][i % 4]
        x = torch.full([last_rows if last else rows, width], 0.01, dtype=weights[0].dtype, device=weights[0].device)
        y = self.head(x, weights, shape) if last else self.base_linear(x, weights, shape, i // 4, i % 4, torch.empty([0], dtype=6))
        total = torch.add(total, torch.select(y.view([-1]), 0, 0))
    return total.view([1])


def read_vector(self, x: Tensor, times: int) -> Tensor:
    # x float32 [n], read from end to end so many times: the reduction that PyTorch has the fastest kernel for on CPUs (MKL) and GPUs (cuBLAS)
    total = torch.zeros([1], dtype=6, device=x.device)
    for i in range(times):
        total = torch.add(total, torch.dot(x, x))
    return total


def square_products(self, x: Tensor, w: Tensor, least: int, times: int) -> Tensor:
    # so many products of x [n, n] with a linear layer's w [n, n] as linear() takes it, one after the other
    none = torch.empty([0], dtype=x.dtype, device=x.device)
    for i in range(times):
        x = self.linear(x, w, none, least, none)
    return x.select(0, 0).narrow(0, 0, 1).to(6)
