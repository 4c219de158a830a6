package dev.piecewise.adapter;

/**
 * What a plan was worth on the newest items, which it was not assembled from.
 *
 * @param items how many there were
 * @param baseLoss of the base model, in nats per token of their answers
 * @param assembledLoss of the assembled adapter
 */
public record Guard(int items, double baseLoss, double assembledLoss) {
    public Guard {
        if (items < 1 || !Double.isFinite(baseLoss) || !Double.isFinite(assembledLoss)) {
            throw new IllegalArgumentException(
                    "losses of %s and %s on %d items decide nothing".formatted(baseLoss, assembledLoss, items));
        }
    }

    /** Whether the base served these items better. */
    public boolean worse() {
        return assembledLoss > baseLoss;
    }
}
