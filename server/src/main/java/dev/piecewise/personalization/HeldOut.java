package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.HistoryItem;
import java.util.List;

/** Tells how likely an adaptation makes what a user wrote. Blocking. */
@FunctionalInterface
public interface HeldOut {
    /** Mean negative log-likelihood of a token of the items' answers, in nats; NaN where they have none. The items were read at {@code read}, as {@link System#nanoTime}. */
    double loss(String user, Adaptation adaptation, List<HistoryItem> items, long read);
}
