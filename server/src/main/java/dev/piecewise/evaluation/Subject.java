package dev.piecewise.evaluation;

import dev.piecewise.adapter.HistoryItem;
import java.util.List;

/**
 * A user of a dataset.
 *
 * @param past oldest first
 * @param tests newer than all of the past
 */
public record Subject(String user, List<PastItem> past, List<TestItem> tests) {
    public Subject {
        past = List.copyOf(past);
        tests = List.copyOf(tests);
    }

    public List<HistoryItem> history() {
        return past.stream().map(PastItem::item).toList();
    }
}
