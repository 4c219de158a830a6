package dev.piecewise.gateway;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.gateway.completion.StoredAnswer;
import dev.piecewise.gateway.completion.StoredAnswers;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.LineStream;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.store.Store;
import dev.piecewise.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** {@code /v1/users/:user/export}: everything that is kept of a user, as lines of JSON that say in {@code object} what they are. */
final class Exports {
    private static final int PAGE = 1000;

    private final Store store;
    private final Personalizer personalizer;
    private final StoredAnswers answers;

    Exports(Serving serving, StoredAnswers answers) {
        store = serving.store();
        personalizer = serving.personalizer();
        this.answers = answers;
    }

    private record User(String object, String id, String created, int historyItems) {}

    private record Item(String object, @JsonUnwrapped HistoryItemBody item) {}

    private record UserPlan(String object, JsonNode plan) {}

    /** The adapter itself is at {@code path}. */
    private record Adapter(String object, String fingerprint, long zipBytes, String path) {}

    private record Answer(String object, @JsonRawValue String response) {}

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        Store.User user = Users.existing(store, Users.id(exchange));
        Optional<JsonNode> plan = personalizer.plan(user.id()).map(PlanJson::toJson);
        Optional<Store.OwnAdapter> adapter = store.adapter(user.id());
        exchange.with("content-disposition", "attachment; filename=\"user.jsonl\"");
        LineStream lines = exchange.lines();
        lines.add(new User("user", Tenant.nameIn(user.id()), user.created().toString(), user.items()));
        addHistory(user.id(), lines);
        if (plan.isPresent()) {
            lines.add(new UserPlan("plan", plan.get()));
        }
        if (adapter.isPresent()) {
            Store.OwnAdapter own = adapter.get();
            lines.add(new Adapter("adapter", own.fingerprint(), own.bytes(), "adapter"));
        }
        for (StoredAnswer answer : answers.of(user.id())) {
            lines.add(new Answer(answer.kind(), new String(answer.body(), StandardCharsets.UTF_8)));
        }
        lines.end();
    }

    private void addHistory(String user, LineStream lines) throws InterruptedException, ClientGoneException {
        List<HistoryItem> page = store.history(user, 0, PAGE);
        for (long offset = PAGE; !page.isEmpty(); offset += PAGE) {
            for (HistoryItem item : page) {
                lines.add(new Item("history.item", HistoryItemBody.of(item)));
            }
            page = page.size() < PAGE ? List.of() : store.history(user, offset, PAGE);
        }
    }
}
