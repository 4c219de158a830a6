# Low-rank updates on top of the base's linear layers.
# Bank (slots): per layer and group A [columns, members, in], per layer and projection B [columns, out]; empty where nothing is adapted.
# Pool: per layer and group A [members * sharers * rank, in], per layer and projection B [out, sharers * rank], both packed like the base's weights.
# Groups of projections that read the same input: 0 = q k v, 1 = o, 2 = gate up, 3 = down; projections 0..6 in this order.


def add_slots(self, y: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], first: int, members: int, segments: List[int], mask: Tensor) -> Tensor:
    # y [T, sum of outs] += per segment of rows (row, rows, column, columns, masked) its columns' update, row by row as the mask allows
    for s in range(len(segments) // 5):
        row = segments[s * 5]
        rows = segments[s * 5 + 1]
        column = segments[s * 5 + 2]
        columns = segments[s * 5 + 3]
        if columns > 0:
            down = a.narrow(0, column, columns).view([columns * members, a.size(2)])
            h = torch.linear(x.narrow(0, row, rows), down).view([rows, columns, members])
            if segments[s * 5 + 4] == 1:
                h = torch.mul(h, mask.narrow(0, row, rows).narrow(1, column, columns).unsqueeze(2))
            offset = 0
            for m in range(members):
                b = bs[first + m]
                width = b.size(1)
                out = y.narrow(0, row, rows).narrow(1, offset, width)
                out.addmm_(h.select(2, m), b.narrow(0, column, columns))
                offset = offset + width
    return y


def add_pool(self, y: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], widths: List[int], layer: int, first: int, members: int, gains: Tensor, packed: int) -> Tensor:
    # y [T, sum of outs] += sum over sharers of gain * B A x; gains [T, sites, sharers]
    h = self.linear(x, a, torch.empty([0], dtype=6), packed)
    sharers = gains.size(2)
    columns = h.size(1) // members
    site = layer * 7 + first
    h = torch.mul(h.view([x.size(0), members, sharers, columns // sharers]), gains.narrow(1, site, members).unsqueeze(3)).view([x.size(0), members * columns])
    offset = 0
    for m in range(members):
        width = widths[first + m]
        b = bs[site + m]
        if b.numel() > 0:
            update = self.linear(h.narrow(1, m * columns, columns), b, torch.empty([0], dtype=6), packed)
            y.narrow(1, offset, width).add_(update)
        offset = offset + width
    return y


def adapt(self, y: Tensor, x: Tensor, layer: int, group: int, bank_a: List[Tensor], bank_b: List[Tensor], segments: List[int], mask: Tensor, pool_a: List[Tensor], pool_b: List[Tensor], gains: Tensor, shape: List[int]) -> Tensor:
    first = [0, 3, 4, 6][group]
    members = [3, 1, 2, 1][group]
    if len(segments) > 0 and bank_a[layer * 4 + group].numel() > 0:
        y = self.add_slots(y, x, bank_a[layer * 4 + group], bank_b, layer * 7 + first, members, segments, mask)
    if gains.numel() > 0 and pool_a[layer * 4 + group].numel() > 0:
        widths = [shape[1] * shape[3], shape[2] * shape[3], shape[2] * shape[3], shape[4], shape[5], shape[5], shape[4]]
        y = self.add_pool(y, x, pool_a[layer * 4 + group], pool_b, widths, layer, first, members, gains, shape[6])
    return y


def write_columns(self, bank: Tensor, member: int, column: int, values: Tensor) -> int:
    # bank A [columns, members, in] <- values [rank, in], or bank B [columns, out] <- values [rank, out] (member -1)
    target = bank.narrow(0, column, values.size(0))
    if member >= 0:
        target = target.select(1, member)
    target.copy_(values)
    return 0


def clear_columns(self, bank: List[Tensor], column: int, columns: int) -> int:
    for i in range(len(bank)):
        if bank[i].numel() > 0:
            bank[i].narrow(0, column, columns).zero_()
    return 0
