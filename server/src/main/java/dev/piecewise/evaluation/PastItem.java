package dev.piecewise.evaluation;

import dev.piecewise.adapter.HistoryItem;

/**
 * What a user wrote before.
 *
 * @param item what adapters are trained and assembled from
 * @param document how the item reads where it is searched and shown before a prompt
 */
public record PastItem(HistoryItem item, String document) {
    /** An item that reads as it was written. */
    static PastItem of(HistoryItem item) {
        return new PastItem(item, item.text());
    }
}
