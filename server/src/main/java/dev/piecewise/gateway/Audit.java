package dev.piecewise.gateway;

import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.tenant.AuditLog;
import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Administrative acts: each is written down before its success is told. {@code /v1/admin/audit}. */
final class Audit {
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1000;

    private final Supplier<AuditLog> log;

    /** The supplier throws while there is no database yet. */
    Audit(Supplier<AuditLog> log) {
        this.log = log;
    }

    private record Shown(String object, String at, String key, String tenant, String act, String target) {
        static Shown of(AuditLog.Entry entry) {
            String at = entry.at().toString();
            return new Shown("audit", at, entry.keyId(), entry.tenant().id(), entry.act(), entry.target());
        }
    }

    private record AuditList(String object, List<Shown> data, boolean hasMore) {}

    /** The endpoint, of whose successes it is written down who asked for them, and for what. */
    Endpoint of(String act, Function<Exchange, String> target, Endpoint endpoint) {
        return exchange -> {
            exchange.beforeSuccess(() -> write(exchange.caller(), act, target.apply(exchange)));
            endpoint.answer(exchange);
        };
    }

    void write(Caller caller, String act, String target) {
        log.get().write(new AuditLog.Entry(Instant.now(), caller.keyId(), caller.tenant(), act, target));
    }

    /** Newest first; {@code before} is a time as it stands in the list. Operators see every tenant's. */
    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        int limit = exchange.queryInteger("limit", 1, LARGEST_PAGE).orElse(PAGE);
        Caller caller = exchange.caller();
        Optional<Tenant> tenant = caller.isOperator() ? Optional.empty() : Optional.of(caller.tenant());
        List<AuditLog.Entry> found = log.get().newest(tenant, exchange.queryTime("before"), limit + 1);
        List<Shown> page = found.stream().limit(limit).map(Shown::of).toList();
        exchange.answer(200, new AuditList("list", page, found.size() > limit));
    }

    /** The user that the path names, by a hash: an erased user's name would live on in the log. */
    static String user(Exchange exchange) {
        try {
            byte[] name = exchange.part("user").getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
            return "user sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
