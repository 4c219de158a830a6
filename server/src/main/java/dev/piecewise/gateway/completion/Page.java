package dev.piecewise.gateway.completion;

import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Exchange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for, as OpenAI's lists have it.
 *
 * @param after the id that the page follows
 * @param newestFirst whether the list is turned round
 */
public record Page(Optional<String> after, int limit, boolean newestFirst) {
    private static final int USUAL = 20;
    private static final int LARGEST = 100;

    /** Some of a list, in JSON. */
    public record Listed<T>(
            String object,
            List<T> data,
            @Nullable String firstId,
            @Nullable String lastId,
            boolean hasMore) {}

    /** By the fields {@code after}, {@code limit} and {@code order} of the query. */
    public static Page asked(Exchange exchange, String usualOrder) {
        String order = exchange.query("order").orElse(usualOrder);
        if (!order.equals("asc") && !order.equals("desc")) {
            throw ServingException.invalid("order", "order must be asc or desc");
        }
        return new Page(
                exchange.query("after"),
                exchange.queryInteger("limit", 1, LARGEST).orElse(USUAL),
                order.equals("desc"));
    }

    /** The page of these, which are the oldest first; INVALID_REQUEST when {@code after} is none of them. */
    public <T> Listed<T> of(List<T> all, Function<T, String> id) {
        List<T> ordered = new ArrayList<>(all);
        if (newestFirst) {
            Collections.reverse(ordered);
        }
        int from = after.map(last -> behind(ordered, id, last)).orElse(0);
        List<T> page = List.copyOf(ordered.subList(from, Math.min(ordered.size(), from + limit)));
        return new Listed<>(
                "list",
                page,
                page.isEmpty() ? null : id.apply(page.getFirst()),
                page.isEmpty() ? null : id.apply(page.getLast()),
                from + page.size() < ordered.size());
    }

    private static <T> int behind(List<T> ordered, Function<T, String> id, String last) {
        for (int i = 0; i < ordered.size(); i++) {
            if (id.apply(ordered.get(i)).equals(last)) {
                return i + 1;
            }
        }
        throw ServingException.invalid("after", "after names nothing in this list");
    }
}
