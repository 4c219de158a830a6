# From logits to tokens, on the device.
# counts = [T, draws, scored positions, alternatives (-1: no logprobs), logprob rows, biases, repeated tokens, plain draws, filtered draws,
#   masked draws, words of a mask]
# ints behind the 7 T: logit rows (draws + scored), targets (draws + scored; -1 for a draw), logprob rows, bias rows, bias tokens, repeated rows,
#   repeated tokens, plain draws, filtered draws, top k of each draw,
#   masked draws, their masks (bit t % 64 of word t // 64: token t may be chosen)
# floats: per draw temperature, top p, min p, uniform number; then biases, then repetition penalties


def draw_plain(self, logits: Tensor, uniform: Tensor) -> Tensor:
    # logits [n, vocabulary] already divided by the temperature, uniform [n] -> [n]: inverse of the distribution function
    mass = torch.cumsum(torch.softmax(logits, 1, dtype=7), 1)
    aim = torch.mul(uniform, mass.select(1, mass.size(1) - 1))
    return torch.clamp(torch.sum(torch.le(mass, aim.unsqueeze(1)), [1]), max=mass.size(1) - 1)


def draw_filtered(self, logits: Tensor, top_k: int, top_p: float, min_p: float, uniform: float) -> Tensor:
    # logits [vocabulary] -> [1]. Works on the likeliest 1024 when they hold the nucleus, else on all: the same tokens either way.
    size = logits.size(0)
    weights = torch.softmax(logits, 0, dtype=7)
    limit = torch.mul(torch.max(weights), min_p)
    weights = torch.where(torch.ge(weights, limit), weights, torch.zeros_like(weights))
    count = min(size, top_k) if top_k > 0 else min(size, 1024)
    best, token = torch.topk(weights, count)
    whole = torch.sum(best) if top_k > 0 else torch.sum(weights)
    if top_k == 0 and count < size and float(torch.sum(best)) < top_p * float(whole):
        best, token = torch.topk(weights, size)
    mass = torch.cumsum(best, 0)
    kept = torch.where(torch.lt(torch.sub(mass, best), torch.mul(whole, top_p)), best, torch.zeros_like(best))
    mass = torch.cumsum(kept, 0)
    aim = torch.mul(mass.select(0, mass.size(0) - 1), uniform)
    at = torch.clamp(torch.sum(torch.le(mass, aim)), max=max(int(torch.count_nonzero(kept)), 1) - 1)
    return token.index_select(0, at.view([1]))


def forbid(self, logits: Tensor, ints: Tensor, at: int, draws: int, words: int) -> Tensor:
    # -> logits, changed in place: minus infinity where a draw's mask has no bit
    device = logits.device
    size = logits.size(1)
    octets = ops.aten.view_copy(ints.narrow(0, at + draws, draws * words).to(device), dtype=0).to(3)
    bits = torch.bitwise_and(torch.bitwise_right_shift(torch.arange(256, device=device).unsqueeze(1), torch.arange(8, device=device)), 1)
    banned = torch.eq(bits, 0).index_select(0, octets).view([draws, words * 64])
    if words * 64 < size:
        banned = torch.constant_pad_nd(banned, [0, size - words * 64], True)
    banned = banned.narrow(1, 0, size)
    if draws == logits.size(0):
        return torch.masked_fill_(logits, banned, -float("inf"))
    rows = ints.narrow(0, at, draws).to(device)
    return torch.index_copy_(logits, 0, rows, torch.masked_fill(logits.index_select(0, rows), banned, -float("inf")))


def sample(self, logits: Tensor, ints: Tensor, floats: Tensor, counts: List[int]) -> Tensor:
    # -> [draws + scored, 1 or 3 + 2 alternatives]: token, its logprob and rank, likeliest tokens, their logprobs
    draws = counts[1]
    device = logits.device
    at = 7 * counts[0] + draws + counts[2]
    targets = ints.narrow(0, at, draws + counts[2]).to(device)
    at = at + draws + counts[2]
    logprob_rows = ints.narrow(0, at, counts[4]).to(device)
    at = at + counts[4]
    if counts[9] > 0:
        behind = at + 2 * (counts[5] + counts[6]) + counts[7] + counts[8] + draws
        self.forbid(logits, ints, behind, counts[9], counts[10])
    raw = logits.index_select(0, logprob_rows) if counts[4] > 0 else logits
    if counts[5] > 0:
        rows = ints.narrow(0, at, counts[5]).to(device)
        tokens = ints.narrow(0, at + counts[5], counts[5]).to(device)
    else:
        rows = targets
        tokens = targets
    at = at + 2 * counts[5]
    repeat_at = at
    at = at + 2 * counts[6]
    if counts[6] > 0:
        r = ints.narrow(0, repeat_at, counts[6]).to(device)
        t = ints.narrow(0, repeat_at + counts[6], counts[6]).to(device)
        penalty = floats.narrow(0, 4 * draws + counts[5], counts[6]).to(device)
        old = torch.index(logits, [r, t])
        logits.index_put_([r, t], torch.where(torch.gt(old, 0), torch.div(old, penalty), torch.mul(old, penalty)))
    if counts[5] > 0:
        logits.index_put_([rows, tokens], floats.narrow(0, 4 * draws, counts[5]).to(device), True)
    chosen = torch.argmax(logits, 1)
    if counts[7] > 0:
        plain = ints.narrow(0, at, counts[7]).to(device)
        settings = floats.narrow(0, 0, 4 * draws).to(device).view([draws, 4]).index_select(0, plain)
        scaled = torch.div(logits.index_select(0, plain), settings.select(1, 0).unsqueeze(1))
        chosen.index_put_([plain], self.draw_plain(scaled, settings.select(1, 3).to(7)))
    at = at + counts[7]
    for i in range(counts[8]):
        row = int(ints[at + i])
        top_k = int(ints[at + counts[8] + row])
        temperature = float(floats[row * 4])
        token = self.draw_filtered(torch.div(logits.select(0, row), temperature), top_k, float(floats[row * 4 + 1]), float(floats[row * 4 + 2]), float(floats[row * 4 + 3]))
        chosen.narrow(0, row, 1).copy_(token)
    chosen = torch.where(torch.lt(targets, 0), chosen, targets)
    if counts[4] == 0:
        return chosen.to(6).unsqueeze(1)
    return self.with_logprobs(chosen, raw, logprob_rows, counts[3])


def with_logprobs(self, chosen: Tensor, raw: Tensor, rows: Tensor, alternatives: int) -> Tensor:
    logprobs = torch.log_softmax(raw, 1)
    tokens = chosen.index_select(0, rows)
    out = torch.zeros([chosen.size(0), 3 + 2 * alternatives], dtype=6, device=chosen.device)
    out.select(1, 0).copy_(chosen)
    own = logprobs.gather(1, tokens.unsqueeze(1))
    rank = torch.sum(torch.ge(logprobs, own), [1], True)
    best, token = torch.topk(logprobs, alternatives, 1)
    out.narrow(1, 1, 2 + 2 * alternatives).index_put_([rows], torch.cat([own, rank.to(6), token.to(6), best], 1))
    return out
