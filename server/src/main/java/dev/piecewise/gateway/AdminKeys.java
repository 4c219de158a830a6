package dev.piecewise.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Entrance;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /v1/admin/keys}. Administrators see and make the keys of their own tenant; the default tenant's those of all. */
final class AdminKeys {
    private static final int LONGEST_OVERLAP_SECONDS = 30 * 24 * 3600;

    private final Keys keys;
    private final Entrance entrance;
    private final Audit audit;

    AdminKeys(Keys keys, Entrance entrance, Audit audit) {
        this.keys = keys;
        this.entrance = entrance;
        this.audit = audit;
    }

    /** Times in seconds since 1970; {@code key} is the secret, once. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Shown(
            String id,
            String object,
            String tenant,
            String name,
            List<String> roles,
            long created,
            Limits limits,
            @Nullable Long revoked,
            @Nullable String key) {
        static Shown of(ApiKey key, @Nullable String secret) {
            return new Shown(
                    key.id(),
                    "api_key",
                    key.tenant().id(),
                    key.name(),
                    key.roles().stream().map(Role::wire).sorted().toList(),
                    key.created().getEpochSecond(),
                    key.limits(),
                    key.revoked().map(Instant::getEpochSecond).orElse(null),
                    secret);
        }
    }

    private record KeyList(String object, List<Shown> data) {}

    private record Revoked(String id, String object, boolean deleted) {}

    void create(Exchange exchange) throws InterruptedException, ClientGoneException {
        Caller caller = exchange.caller();
        Fields body = exchange.json();
        Tenant tenant = body.text("tenant").map(Tenant::new).orElse(caller.tenant());
        if (!caller.isOperator() && !tenant.equals(caller.tenant())) {
            throw new ServingException(
                    ErrorCode.FORBIDDEN, "another tenant's keys need a key of the default tenant with the role admin");
        }
        ApiKey.Issued issued =
                keys.create(new ApiKey.Draft(tenant, body.text("name").orElse(""), roles(body), limits(body)));
        entrance.changed();
        audit.write(caller, "key.create", issued.key().id());
        exchange.answer(201, Shown.of(issued.key(), issued.secret()));
    }

    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        List<Shown> shown = keys.list().stream()
                .filter(key -> isOf(key, exchange.caller()))
                .map(key -> Shown.of(key, null))
                .toList();
        exchange.answer(200, new KeyList("list", shown));
    }

    /** Another secret; the one before opens for {@code ?overlap_seconds=} yet. */
    void rotate(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = own(exchange);
        int overlap = exchange.queryInteger("overlap_seconds", 0, LONGEST_OVERLAP_SECONDS)
                .orElse(0);
        ApiKey.Issued issued = keys.rotate(id, Duration.ofSeconds(overlap));
        entrance.changed();
        audit.write(exchange.caller(), "key.rotate", id);
        exchange.answer(200, Shown.of(issued.key(), issued.secret()));
    }

    void revoke(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = own(exchange);
        keys.revoke(id);
        entrance.changed();
        audit.write(exchange.caller(), "key.revoke", id);
        exchange.answer(200, new Revoked(id, "api_key.deleted", true));
    }

    /** The id in the path; another tenant's key is as one that does not exist. */
    private String own(Exchange exchange) {
        String id = exchange.part("id");
        if (!isOf(keys.one(id), exchange.caller())) {
            throw Keys.unknown();
        }
        return id;
    }

    private static boolean isOf(ApiKey key, Caller caller) {
        return caller.isOperator() || key.tenant().equals(caller.tenant());
    }

    private static Set<Role> roles(Fields body) {
        List<String> names = new ArrayList<>();
        body.requiredList("roles", "a list of strings").forEach(role -> names.add(Fields.text("roles", role)));
        return Role.parse(names);
    }

    private static Limits limits(Fields body) {
        Limits none = Limits.NONE;
        return body.object("limits")
                .map(limits -> new Limits(
                        limits.integer("requests_per_minute", none.requestsPerMinute(), 0, Integer.MAX_VALUE),
                        limits.integer("tokens_per_minute", none.tokensPerMinute(), 0, Integer.MAX_VALUE),
                        limits.integer("concurrency", none.concurrency(), 0, Integer.MAX_VALUE)))
                .orElse(none);
    }
}
