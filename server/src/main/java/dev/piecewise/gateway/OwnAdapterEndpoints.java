package dev.piecewise.gateway;

import dev.piecewise.engine.Engine;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.FileStream;
import dev.piecewise.personalization.OwnAdapters;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.StoredZip;
import dev.piecewise.store.Store;
import dev.piecewise.tenant.Tenant;

/** {@code /v1/users/:user/adapter}: a user's own adapter, a PEFT directory as a zip. */
final class OwnAdapterEndpoints {
    private final Store store;
    private final Personalizer personalizer;
    private final Engine engine;

    OwnAdapterEndpoints(Serving serving) {
        store = serving.store();
        personalizer = serving.personalizer();
        engine = serving.engine();
    }

    /** {@code bytes} of factors in memory. */
    private record Stored(String id, String object, String fingerprint, int rank, int sites, long bytes) {
        static Stored of(String user, OwnAdapters.Stored adapter) {
            return new Stored(
                    Tenant.nameIn(user),
                    "adapter",
                    adapter.fingerprint(),
                    adapter.rank(),
                    adapter.sites(),
                    adapter.bytes());
        }
    }

    private record Deleted(String id, String object, boolean deleted, int kvPlaces) {}

    /** Stores or replaces it, creating the user if there is none. */
    void put(Exchange exchange) throws InterruptedException, ClientGoneException {
        String user = Users.id(exchange);
        exchange.answer(200, Stored.of(user, adapters().put(user, exchange.upload())));
    }

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        String user = Users.existing(store, Users.id(exchange)).id();
        StoredZip zip = adapters().zip(user).orElseThrow(OwnAdapterEndpoints::none);
        FileStream file = exchange.with("content-disposition", "attachment; filename=\"adapter.zip\"")
                .file("application/zip", zip.bytes());
        for (int part = 0; part < zip.parts(); part++) {
            file.add(zip.part(part));
        }
        file.end();
    }

    void delete(Exchange exchange) throws InterruptedException, ClientGoneException {
        String user = Users.existing(store, Users.id(exchange)).id();
        if (!adapters().delete(user)) {
            throw none();
        }
        exchange.answer(
                200,
                new Deleted(
                        Tenant.nameIn(user),
                        "adapter.deleted",
                        true,
                        engine.forget(user).kvPlaces()));
    }

    private OwnAdapters adapters() {
        return personalizer
                .own()
                .orElseThrow(() ->
                        new ServingException(ErrorCode.NOT_FOUND, "users' own adapters are not served here", "user"));
    }

    private static ServingException none() {
        return new ServingException(ErrorCode.NOT_FOUND, "the user has no adapter of their own", "user");
    }
}
