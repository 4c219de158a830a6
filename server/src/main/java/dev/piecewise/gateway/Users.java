package dev.piecewise.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.responses.Responses;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.store.Store;
import dev.piecewise.store.UserId;
import dev.piecewise.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/users} and {@code /v1/users/:user}. */
final class Users {
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1000;

    private final Store store;
    private final Personalizer personalizer;
    private final Engine engine;
    private final Responses responses;

    Users(Serving serving, Responses responses) {
        this.responses = responses;
        store = serving.store();
        personalizer = serving.personalizer();
        engine = serving.engine();
    }

    /** Times in seconds since 1970. */
    private record User(
            String id,
            String object,
            long created,
            int historyItems,
            @Nullable Long planCreated) {
        static User of(Store.User user) {
            return new User(
                    user.name(),
                    "user",
                    user.created().getEpochSecond(),
                    user.items(),
                    user.planCreated().map(Instant::getEpochSecond).orElse(null));
        }
    }

    private record UserList(String object, List<User> data, boolean hasMore) {}

    private record Deleted(String id, String object, boolean deleted, Erased erased) {}

    /**
     * What was erased: from the database, from memory and from the device.
     *
     * @param slots places of the adapter bank
     * @param kvPlaces token places whose keys and values were kept for prompts that begin alike
     */
    private record Erased(
            int historyItems,
            boolean plan,
            boolean adapter,
            boolean cachedPlan,
            boolean cachedAdapter,
            int slots,
            int kvPlaces,
            int storedResponses) {}

    /** The key of the user that the path names; INVALID_REQUEST for a name that cannot be. */
    static String id(Exchange exchange) {
        return exchange.caller().user(new UserId(exchange.part("user")).value());
    }

    static Store.User existing(Store store, String id) {
        return store.user(id).orElseThrow(Users::unknown);
    }

    static ServingException unknown() {
        return new ServingException(ErrorCode.UNKNOWN_USER, "there is no such user", "user");
    }

    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        int limit = exchange.queryInteger("limit", 1, LARGEST_PAGE).orElse(PAGE);
        List<Store.User> found =
                store.users(exchange.caller().tenant(), exchange.query("after").orElse(""), limit + 1);
        List<User> page = found.stream().limit(limit).map(User::of).toList();
        exchange.answer(200, new UserList("list", page, found.size() > limit));
    }

    void put(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = id(exchange);
        boolean created = store.putUser(id);
        exchange.answer(created ? 201 : 200, User.of(existing(store, id)));
    }

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, User.of(existing(store, id(exchange))));
    }

    /** What is in memory of somebody who is not in the database goes too. */
    void delete(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = id(exchange);
        Optional<Store.Erased> stored = store.deleteUser(id);
        Personalizer.Forgotten cached = personalizer.forget(id);
        int kept = responses.forget(id);
        Engine.Forgotten dropped = engine.forget(id);
        Store.Erased erased = stored.orElseThrow(Users::unknown);
        Erased all = new Erased(
                erased.historyItems(),
                erased.plan(),
                erased.adapter(),
                cached.plan(),
                cached.adapter(),
                dropped.slots(),
                dropped.kvPlaces(),
                kept);
        exchange.answer(200, new Deleted(Tenant.nameIn(id), "user.deleted", true, all));
    }
}
