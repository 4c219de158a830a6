package dev.piecewise.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.engine.Engine;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v1/users/:user/history}. */
final class Histories {
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1000;

    private final Store store;
    private final Personalizer personalizer;
    private final Engine engine;
    private final PlanJobs jobs;
    private final int reassembleAfter;

    Histories(Serving serving, PlanJobs jobs) {
        this.jobs = jobs;
        reassembleAfter = serving.reassembleAfter();
        store = serving.store();
        personalizer = serving.personalizer();
        engine = serving.engine();
    }

    private record ItemList(String object, List<HistoryItemBody> data, int total, boolean hasMore) {}

    private record Cleared(String object, boolean deleted, int historyItems) {}

    /** Appends {@code {"items": [...]}}, creating the user if there is none; all of them, or none when one is wrong. */
    void append(Exchange exchange) throws InterruptedException, ClientGoneException {
        String user = Users.id(exchange);
        Store.Appended appended = store.append(user, items(exchange.json()));
        if (isDue(appended) && store.user(user).flatMap(Store.User::planCreated).isPresent()) {
            jobs.tryStart(user);
        }
        exchange.answer(200, appended);
    }

    /** Whether the history has grown past a multiple of so many items: a rule that needs no memory, and holds after a restart. */
    private boolean isDue(Store.Appended appended) {
        return reassembleAfter > 0
                && appended.total() / reassembleAfter > (appended.total() - appended.stored()) / reassembleAfter;
    }

    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        int offset = exchange.queryInteger("offset", 0, Integer.MAX_VALUE).orElse(0);
        int limit = exchange.queryInteger("limit", 1, LARGEST_PAGE).orElse(PAGE);
        List<HistoryItemBody> page = store.history(user.id(), offset, limit).stream()
                .map(HistoryItemBody::of)
                .toList();
        boolean more = (long) offset + page.size() < user.items();
        exchange.answer(200, new ItemList("list", page, user.items(), more));
    }

    void clear(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        int items = store.clearHistory(user.id());
        personalizer.forget(user.id());
        engine.forget(user.id());
        exchange.answer(200, new Cleared("history.deleted", true, items));
    }

    private static List<HistoryItem> items(Fields body) {
        JsonNode values = body.requiredList("items", "a list");
        List<HistoryItem> items = new ArrayList<>(values.size());
        for (JsonNode value : values) {
            items.add(item("items[%d]".formatted(items.size()), value));
        }
        return items;
    }

    private static HistoryItem item(String name, JsonNode value) {
        if (value.isTextual()) {
            return new HistoryItem(null, null, null, filled(name, Fields.text(name, value)));
        }
        if (!value.isObject()) {
            throw Fields.expected(name, "an object or a string", value);
        }
        Fields fields = Fields.object(name, value);
        String id = fields.text("id").orElse(null);
        String at = fields.text("at").orElse(null);
        Optional<String> text = fields.text("text");
        Optional<String> completion = fields.text("completion");
        if (text.isPresent() == completion.isPresent()) {
            throw ServingException.invalid(
                    fields.name(completion.isPresent() ? "text" : "completion"),
                    name + " must have either completion (with its prompt) or text");
        }
        if (text.isPresent()) {
            if (fields.text("prompt").isPresent()) {
                throw ServingException.invalid(
                        fields.name("prompt"), name + " has a prompt: its text must be completion");
            }
            return new HistoryItem(id, at, null, filled(fields.name("text"), text.get()));
        }
        String prompt = fields.text("prompt")
                .orElseThrow(() -> ServingException.invalid(
                        fields.name("prompt"), fields.name("prompt") + " is missing; a text without one is text"));
        return new HistoryItem(id, at, prompt, filled(fields.name("completion"), completion.get()));
    }

    private static String filled(String name, String text) {
        if (text.isBlank()) {
            throw ServingException.invalid(name, name + " is empty");
        }
        return text;
    }
}
