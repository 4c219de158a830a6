# Low-rank updates on top of the base's linear layers.
# Groups of projections that read the same input: 0 = q k v, 1 = o, 2 = gate up, 3 = down. Projections 0..6 in this order.
# Bank (slots): per layer and group A and B, flat. The columns [c, c + rank) of a slot are its A [in, members * rank] at c * members * in and its
#   B [chunks, rank, width] at c * (sum of outs): pieces of all members' outputs, side by side, each of `width` values; empty where nothing is adapted.
# Pool: per layer and group A [members * rank * sharers, in], per layer and projection B [out, rank * sharers], both packed like the base's weights. Sharers lie side by
#   side, so that what a row of gains multiplies is in one piece.


# Segments of rows with adapters in slots: (row, rows, column, rank, shared, bare) each.
#   shared 0: all rows use the columns [column, column + rank); 1: each row the slot of this rank that `slots` names;
#   bare 1: some rows of a shared segment have no adapter (`bare` says which)
# Rows that share a segment are looked up like words of an embedding: a row of A or B is a row of the table, x or h are their weights, a bag is what one row of x
# sums up. A bag reads its own slot alone, at the speed of memory, and comes out the same whoever else is in the batch. Bags of B are narrow, so that one fits the
# registers and its rows of the table lie close to each other.


def outs(self, group: int, shape: List[int]) -> List[int]:
    if group == 0:
        return [shape[1] * shape[3], shape[2] * shape[3], shape[2] * shape[3]]
    if group == 2:
        return [shape[5], shape[5]]
    return [shape[4]]


def columns_of(self, first: int, rank: int, unit: int, bank: Tensor) -> Tensor:
    # the bank from its first tile of this rank that starts a multiple of the rank behind column `first` (below the rank); a column has `unit` values
    tiles = (bank.size(0) - first * unit) // (rank * unit)
    if tiles * rank * unit == bank.size(0):
        return bank
    return bank.narrow(0, first * unit, tiles * rank * unit)


def lookups(self, segments: List[int], slots: Tensor, bare: Tensor, shape: List[int]) -> List[Tensor]:
    # per shared segment: indices and offsets into A for the inputs of group 0 and 2, 1, 3; for the outputs of group 0, 1 and 3, 2: which member of which row each
    # chunk of B is for, indices and offsets into B; the bare rows [rows, 1]
    tables = annotate(List[Tensor], [])
    members = annotate(List[Tensor], [])
    for kind in range(3):
        parts = annotate(List[Tensor], [])
        for out in self.outs(kind, shape):
            parts.append(torch.full([out // shape[7 + kind]], len(parts), dtype=3, device=slots.device))
        members.append(torch.cat(parts, 0).unsqueeze(0))
    for s in range(len(segments) // 6):
        if segments[s * 6 + 4] == 1:
            rows = segments[s * 6 + 1]
            rank = segments[s * 6 + 3]
            row = torch.arange(rows, dtype=3, device=slots.device)
            tile = torch.floor_divide(slots.narrow(0, segments[s * 6], rows).to(3), rank).unsqueeze(1)
            for width in [shape[4], shape[1] * shape[3], shape[5]]:
                tables.append(torch.add(torch.mul(tile, width), torch.arange(width, dtype=3, device=slots.device)).view([-1]))
                tables.append(torch.mul(row, width))
            for kind in range(3):
                count = members[kind].size(1)
                height = count * rank
                tables.append(torch.add(torch.mul(row, [3, 1, 2][kind]).unsqueeze(1), members[kind]).view([-1]))
                tables.append(torch.add(torch.mul(tile, height), torch.arange(height, dtype=3, device=slots.device)).view([-1]))
                tables.append(torch.mul(torch.arange(rows * count, dtype=3, device=slots.device), rank))
            tables.append(torch.gt(bare.narrow(0, segments[s * 6], rows), 0).unsqueeze(1))
    return tables


def bags(self, table: Tensor, indices: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
    # table [n, width], weights as many as indices -> [bags, width]
    sums, a, b, c = ops.aten._embedding_bag_forward_only(table, indices, offsets, False, 0, False, weights, False, -1)
    return sums


def shrink_each(self, x: Tensor, a: Tensor, members: int, first: int, rank: int, indices: Tensor, offsets: Tensor) -> Tensor:
    # x [rows, in], the bank's A -> [rows, members * rank], each row by its own slot
    width = x.size(1)
    table = self.columns_of(first, rank, members * width, a)
    if x.is_cuda:
        # A bag is summed up one after another there; n - 1 of n multiply-adds of a copy are better.
        slots = torch.floor_divide(torch.index_select(indices, 0, offsets), width)
        return torch.bmm(x.unsqueeze(1), table.view([-1, width, rank * members]).index_select(0, slots)).squeeze(1)
    return self.bags(table.view([-1, rank * members]), indices, offsets, x.reshape([-1]))


def expand_each(self, h: Tensor, b: Tensor, outs: int, first: int, rank: int, width: int, members: Tensor, indices: Tensor, offsets: Tensor) -> Tensor:
    # h [rows, members * rank], the bank's B -> [rows, outs], each row by its own slot
    table = self.columns_of(first, rank, outs, b)
    weights = h.view([-1, rank]).index_select(0, members)
    return self.bags(table.view([-1, width]), indices, offsets, weights.view([-1])).view([h.size(0), outs])


def expand_alike(self, h: Tensor, b: Tensor, outs: List[int], total: int, column: int, rank: int, width: int) -> Tensor:
    # h [rows, members * rank] -> [rows, total], all rows by the slot at this column
    up = b.narrow(0, column * total, rank * total).view([-1, rank, width]).permute([1, 0, 2]).reshape([rank, total])
    parts = annotate(List[Tensor], [])
    offset = 0
    for m in range(len(outs)):
        parts.append(torch.mm(h.narrow(1, m * rank, rank), up.narrow(1, offset, outs[m])))
        offset = offset + outs[m]
    return torch.cat(parts, 1)


def of_slots(self, x: Tensor, a: Tensor, b: Tensor, group: int, segments: List[int], tables: List[Tensor], shape: List[int]) -> Tensor:
    # x [T, in] -> [T, sum of outs], per segment of rows its columns' update
    kind = [0, 1, 2, 1][group]
    outs = self.outs(group, shape)
    members = len(outs)
    total = 0
    for out in outs:
        total = total + out
    shared = 0
    parts = annotate(List[Tensor], [])
    reached = 0
    for s in range(len(segments) // 6):
        row = segments[s * 6]
        rows = segments[s * 6 + 1]
        column = segments[s * 6 + 2]
        rank = segments[s * 6 + 3]
        if row > reached:
            parts.append(torch.zeros([row - reached, total], dtype=x.dtype, device=x.device))
        reached = row + rows
        inputs = x if rows == x.size(0) else x.narrow(0, row, rows)
        if segments[s * 6 + 4] == 1:
            input = shared + [0, 2, 0, 4][group]
            output = shared + 6 + 3 * kind
            h = self.shrink_each(inputs, a, members, column % rank, rank, tables[input], tables[input + 1])
            if segments[s * 6 + 5] == 1:
                h = h.masked_fill(tables[shared + 15], 0.)
            parts.append(self.expand_each(h, b, total, column % rank, rank, shape[7 + kind], tables[output], tables[output + 1], tables[output + 2]))
            shared = shared + 16
        else:
            width = members * x.size(1)
            h = torch.mm(inputs, a.narrow(0, column * width, rank * width).view([x.size(1), rank * members]))
            parts.append(self.expand_alike(h, b, outs, total, column, rank, shape[7 + kind]))
    if reached < x.size(0):
        parts.append(torch.zeros([x.size(0) - reached, total], dtype=x.dtype, device=x.device))
    return parts[0] if len(parts) == 1 else torch.cat(parts, 0)


def of_pool(self, onto: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], widths: List[int], layer: int, first: int, members: int, gains: Tensor, least: int) -> Tensor:
    # onto + sum over sharers of gain * B A x, [T, sum of outs]; gains [T, sites, sharers]
    none = torch.empty([0], dtype=x.dtype, device=x.device)
    h = self.linear(x, a, none, least, none)
    sharers = gains.size(2)
    columns = h.size(1) // members
    site = layer * 7 + first
    h = torch.mul(h.view([x.size(0), members, columns // sharers, sharers]), gains.narrow(1, site, members).unsqueeze(2)).view([x.size(0), members * columns])
    if members == 1:
        return self.linear(h, bs[site], none, least, onto)
    parts = annotate(List[Tensor], [])
    for m in range(members):
        if bs[site + m].numel() > 0:
            parts.append(self.linear(h.narrow(1, m * columns, columns), bs[site + m], none, least, none))
        else:
            parts.append(torch.zeros([x.size(0), widths[first + m]], dtype=x.dtype, device=x.device))
    update = torch.cat(parts, 1)
    return update if onto.numel() == 0 else torch.add(onto, update)


def adapted(self, onto: Tensor, x: Tensor, layer: int, group: int, bank_a: List[Tensor], bank_b: List[Tensor], segments: List[int], tables: List[Tensor], pool_a: List[Tensor], pool_b: List[Tensor], gains: Tensor, shape: List[int], own: List[int]) -> Tensor:
    # onto [T, sum of outs] or empty -> the same and the rows' adapters' updates of x [T, in]; empty if there are none either
    first = [0, 3, 4, 6][group]
    members = [3, 1, 2, 1][group]
    if len(segments) > 0 and bank_a[layer * 4 + group].numel() > 0:
        update = self.of_slots(x, bank_a[layer * 4 + group], bank_b[layer * 4 + group], group, segments, tables, shape)
        onto = update if onto.numel() == 0 else torch.add(onto, update)
    if gains.numel() > 0 and pool_a[layer * 4 + group].numel() > 0:
        widths = [shape[1] * shape[3], shape[2] * shape[3], shape[2] * shape[3], shape[4], shape[5], shape[5], shape[4]]
        onto = self.of_pool(onto, x, pool_a[layer * 4 + group], pool_b, widths, layer, first, members, gains, shape[11])
    if own[1] > 0:
        total = 0
        for out in self.outs(group, shape):
            total = total + out
        onto = self.adapt(onto, x, layer, group, total, own)
    return onto


def clear_columns(self, bank: List[Tensor], columns: List[int]) -> int:
    # columns = [first, count, the bank's]
    for i in range(len(bank)):
        unit = bank[i].size(0) // columns[2]
        bank[i].narrow(0, columns[0] * unit, columns[1] * unit).zero_()
    return 0


def write_tiles(self, bank_a: List[Tensor], bank_b: List[Tensor], bytes: Tensor, places: List[int], dtype: int) -> int:
    # bytes = values of `dtype` for the bank's flat tensors, A and B in turns; places = (group of a layer, first value of A, values of A, first of B, values of B) each
    total = 0
    for i in range(len(places) // 5):
        total = total + places[i * 5 + 2] + places[i * 5 + 4]
    size = 2 if dtype == 15 else 4
    values = ops.aten.view_copy(bytes.narrow(0, 0, total * size).to(bank_a[places[0]].device), dtype=dtype)
    at = 0
    for i in range(len(places) // 5):
        group = places[i * 5]
        bank_a[group].narrow(0, places[i * 5 + 1], places[i * 5 + 2]).copy_(values.narrow(0, at, places[i * 5 + 2]))
        at = at + places[i * 5 + 2]
        bank_b[group].narrow(0, places[i * 5 + 3], places[i * 5 + 4]).copy_(values.narrow(0, at, places[i * 5 + 4]))
        at = at + places[i * 5 + 4]
    return 0


def pool_down(self, stacks: List[Tensor], packed: int, like: Tensor) -> Tensor:
    # A of a group's projections, each [sharers, rank, in] float32 -> [members * rank * sharers, in] in the base's precision and layout
    parts = annotate(List[Tensor], [])
    for i in range(len(stacks)):
        parts.append(stacks[i].permute([1, 0, 2]).reshape([-1, stacks[i].size(2)]))
    return self.laid_out(torch.cat(parts, 0), packed, like)


def pool_up(self, stack: Tensor, scale: float, packed: int, like: Tensor) -> Tensor:
    # B [sharers, out, rank] float32 -> [out, rank * sharers], scaled
    return self.laid_out(torch.mul(stack.permute([1, 2, 0]).reshape([stack.size(1), -1]), scale), packed, like)


def pool_piece_down(self, stack: Tensor, spare: int, like: Tensor) -> Tensor:
    # A of a site, [sharers, rank, in] float32 -> [sharers, in, rank], flat, and a few zeros, in the base's precision
    values = stack.permute([0, 2, 1]).reshape([-1])
    return torch.constant_pad_nd(values, [0, spare]).to(like.dtype)


def pool_piece_up(self, stack: Tensor, scale: float, strip: int, like: Tensor) -> Tensor:
    # B of a site, [sharers, out, rank] float32 -> [sharers, out / strip, rank, strip], flat, scaled
    sharers = stack.size(0)
    rank = stack.size(2)
    strips = stack.view([sharers, stack.size(1) // strip, strip, rank]).permute([0, 1, 3, 2])
    return torch.mul(strips, scale).reshape([-1]).to(like.dtype)


def zero_values(self, x: Tensor, first: int, count: int) -> int:
    x.narrow(0, first, count).zero_()
    return 0


def unpacked(self, w: Tensor, packed: int) -> Tensor:
    # as it was before it was laid out
    if packed == 1:
        return w.to_dense()
    return w


def without_columns(self, w: Tensor, columns: List[int], shape: List[int]) -> Tensor:
    # zeroes columns of A [members * shape[0], in] (shape[1] = 0) or of B [out, shape[0]] (1), shape[2] = packed; packed ones are zeroed as a whole once there is a copy, which
    # comes back
    x = self.unpacked(w, shape[2])
    for m in range(x.size(shape[1]) // shape[0]):
        for c in range(len(columns)):
            x.narrow(shape[1], m * shape[0] + columns[c], 1).zero_()
    if shape[2] == 1:
        x = self.pack(x, 16)
        w.mul_(torch.zeros(annotate(List[int], []), dtype=6))
    return x


def laid_out(self, w: Tensor, packed: int, like: Tensor) -> Tensor:
    w = w.to(like.device).to(like.dtype)
    if packed == 1:
        return self.pack(w, 16)
    return w
