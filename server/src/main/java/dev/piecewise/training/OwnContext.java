package dev.piecewise.training;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.retrieval.Bm25;
import dev.piecewise.retrieval.Preamble;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts what a user wrote before in front of what is learnt, as OPPU trains: every item but the first once behind the earlier item that fits its prompt best, and every item
 * once alone.
 */
public final class OwnContext {
    private OwnContext() {}

    /** Items with context, oldest first, then all items as they are; plain texts get no context. */
    public static List<HistoryItem> of(List<HistoryItem> history) {
        List<HistoryItem> all = new ArrayList<>();
        List<String> documents = history.stream().map(OwnContext::document).toList();
        for (int i = 1; i < history.size(); i++) {
            HistoryItem item = history.get(i);
            if (item.prompt() != null) {
                List<String> earlier = documents.subList(0, i);
                List<String> found = new Bm25(earlier)
                        .best(item.prompt(), 1).stream().map(earlier::get).toList();
                String prompt = Preamble.DEFAULT.put(found, item.prompt());
                all.add(new HistoryItem(item.id(), item.at(), prompt, item.completion()));
            }
        }
        all.addAll(history);
        return all;
    }

    private static String document(HistoryItem item) {
        return (item.prompt() == null ? "" : item.prompt()) + item.completion();
    }
}
