# Low-rank updates on top of the base's linear layers.
# Bank (slots): per layer and group A [columns, members, in], per layer and projection B [columns, out]; empty where nothing is adapted.
# Pool: per layer and group A [members * sharers * rank, in], per layer and projection B [out, sharers * rank], both packed like the base's weights.
# Groups of projections that read the same input: 0 = q k v, 1 = o, 2 = gate up, 3 = down; projections 0..6 in this order.


# Segments of rows that share bank columns: (row, rows, column, columns, kind, rank, tiles at, rows of a tile, order) each.
#   order 0: rows and tiles are matched by index; 1: so, and some rows have no tile; 2: the rows are the tiles
#   kind 0: all rows use all the columns; 1: each row its own, as the mask says; 2: tiles of `rank` columns, each with its own rows


def add_slots(self, y: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], first: int, members: int, segments: List[int], mask: Tensor, tiles: Tensor) -> Tensor:
    # y [T, sum of outs] += per segment of rows its columns' update
    for s in range(len(segments) // 9):
        row = segments[s * 9]
        rows = segments[s * 9 + 1]
        column = segments[s * 9 + 2]
        columns = segments[s * 9 + 3]
        kind = segments[s * 9 + 4]
        below = a.narrow(0, column, columns)
        inputs = x.narrow(0, row, rows)
        offset = 0
        if kind == 2:
            rank = segments[s * 9 + 5]
            count = columns // rank
            each = segments[s * 9 + 7]
            order = tiles.narrow(0, segments[s * 9 + 6], count * each)
            pick = tiles.narrow(0, segments[s * 9 + 6] + count * each, rows)
            if segments[s * 9 + 8] != 2:
                inputs = inputs.index_select(0, order)
            h = torch.bmm(inputs.view([count, each, a.size(2)]), below.view([count, rank * members, a.size(2)]).transpose(1, 2)).view([count, each, rank, members])
            for m in range(members):
                b = bs[first + m]
                width = b.size(1)
                update = torch.bmm(h.select(3, m).contiguous(), b.narrow(0, column, columns).view([count, rank, width])).view([count * each, width])
                if segments[s * 9 + 8] == 1:
                    update = torch.cat([update, torch.zeros([1, width], dtype=update.dtype, device=update.device)], 0)
                if segments[s * 9 + 8] != 2:
                    update = update.index_select(0, pick)
                y.narrow(0, row, rows).narrow(1, offset, width).add_(update)
                offset = offset + width
        else:
            h = torch.linear(inputs, below.view([columns * members, a.size(2)])).view([rows, columns, members])
            if kind == 1:
                # Chosen, not multiplied by zero: what overflows in one adapter's columns is no number times anything.
                h = torch.where(mask.narrow(0, row, rows).narrow(1, column, columns).unsqueeze(2), h, torch.zeros_like(h))
            for m in range(members):
                b = bs[first + m]
                width = b.size(1)
                y.narrow(0, row, rows).narrow(1, offset, width).add_(torch.mm(h.select(2, m), b.narrow(0, column, columns)))
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


def adapt(self, y: Tensor, x: Tensor, layer: int, group: int, bank_a: List[Tensor], bank_b: List[Tensor], segments: List[int], mask: Tensor, tiles: Tensor, pool_a: List[Tensor], pool_b: List[Tensor], gains: Tensor, shape: List[int]) -> Tensor:
    first = [0, 3, 4, 6][group]
    members = [3, 1, 2, 1][group]
    if len(segments) > 0 and bank_a[layer * 4 + group].numel() > 0:
        y = self.add_slots(y, x, bank_a[layer * 4 + group], bank_b, layer * 7 + first, members, segments, mask, tiles)
    if gains.numel() > 0 and pool_a[layer * 4 + group].numel() > 0:
        widths = [shape[1] * shape[3], shape[2] * shape[3], shape[2] * shape[3], shape[4], shape[5], shape[5], shape[4]]
        y = self.add_pool(y, x, pool_a[layer * 4 + group], pool_b, widths, layer, first, members, gains, shape[6])
    return y


def write_adapter(self, bank_a: List[Tensor], bank_b: List[Tensor], flat: Tensor, sites: List[int], columns: List[int]) -> int:
    # columns = [first, count]; sites = [group in bank_a, member, projection in bank_b, rank, offset in flat of A [rank, in] and then B [out, rank]] each
    first = columns[0]
    for i in range(len(bank_a)):
        if bank_a[i].numel() > 0:
            bank_a[i].narrow(0, first, columns[1]).zero_()
    for i in range(len(bank_b)):
        if bank_b[i].numel() > 0:
            bank_b[i].narrow(0, first, columns[1]).zero_()
    for s in range(len(sites) // 5):
        a = bank_a[sites[s * 5]]
        b = bank_b[sites[s * 5 + 2]]
        rank = sites[s * 5 + 3]
        offset = sites[s * 5 + 4]
        a.select(1, sites[s * 5 + 1]).narrow(0, first, rank).copy_(flat.narrow(0, offset, rank * a.size(2)).view([rank, a.size(2)]))
        b.narrow(0, first, rank).copy_(flat.narrow(0, offset + rank * a.size(2), b.size(1) * rank).view([b.size(1), rank]).t())
    return 0


def pool_down(self, stacks: List[Tensor], packed: int, like: Tensor) -> Tensor:
    # A of a group's projections, each [sharers, rank, in] float32 -> [members * sharers * rank, in] in the base's precision and layout
    parts = annotate(List[Tensor], [])
    for i in range(len(stacks)):
        parts.append(stacks[i].reshape([-1, stacks[i].size(2)]))
    return self.laid_out(torch.cat(parts, 0), packed, like)


def pool_up(self, stack: Tensor, scale: float, packed: int, like: Tensor) -> Tensor:
    # B [sharers, out, rank] float32 -> [out, sharers * rank], scaled
    return self.laid_out(torch.mul(stack.permute([1, 0, 2]).reshape([stack.size(1), -1]), scale), packed, like)


def laid_out(self, w: Tensor, packed: int, like: Tensor) -> Tensor:
    w = w.to(like.device).to(like.dtype)
    if packed == 1:
        return self.pack(w, 16)
    return w
