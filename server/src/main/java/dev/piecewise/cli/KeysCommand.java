package dev.piecewise.cli;

import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.AuditLog;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is done with API keys, in the database of {@code store.url}; servers that run take it over within a second or two. */
@Command(
        name = "keys",
        description = "Makes, lists, rotates and revokes API keys.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class KeysCommand {
    @Spec
    private CommandSpec spec;

    @Command(
            name = "create",
            description = "Makes a key and prints it; it is shown only now.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin ConfigOptions settings,
            @Option(
                            names = "--tenant",
                            defaultValue = "default",
                            description = "Whose key it is; default: ${DEFAULT-VALUE}.")
                    String tenant,
            @Option(
                            names = "--role",
                            split = ",",
                            defaultValue = "inference",
                            description = "inference, users, admin, or several; default: ${DEFAULT-VALUE}.")
                    List<String> roles,
            @Option(names = "--name", defaultValue = "", description = "What you call it.") String name,
            @Mixin KeyLimits limits) {
        ApiKey.Draft draft = new ApiKey.Draft(new Tenant(tenant), name, Role.parse(roles), limits.limits());
        return with(settings, (keys, audit) -> {
            ApiKey.Issued issued = keys.create(draft);
            audit.accept("key.create", issued.key().id());
            issued(issued);
        });
    }

    @Command(name = "list", description = "Lists the keys, never their secrets.", mixinStandardHelpOptions = true)
    int list(@Mixin ConfigOptions settings) {
        return with(settings, (keys, _) -> {
            out().println("id\ttenant\troles\tper minute: requests, tokens; at a time\tcreated\tstate\tname");
            keys.list().forEach(key -> out().println(line(key)));
        });
    }

    @Command(
            name = "rotate",
            description = "Gives a key another secret and prints it; it is shown only now.",
            mixinStandardHelpOptions = true)
    int rotate(
            @Mixin ConfigOptions settings,
            @Parameters(paramLabel = "ID", description = "The key's id, as list shows it.") String id,
            @Option(
                            names = "--overlap-seconds",
                            defaultValue = "0",
                            description = "How long the secret before goes on to open; default: ${DEFAULT-VALUE}.")
                    int overlap) {
        return with(settings, (keys, audit) -> {
            ApiKey.Issued issued = keys.rotate(id, Duration.ofSeconds(Math.max(0, overlap)));
            audit.accept("key.rotate", id);
            issued(issued);
        });
    }

    @Command(name = "revoke", description = "Ends a key for ever.", mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ConfigOptions settings,
            @Parameters(paramLabel = "ID", description = "The key's id, as list shows it.") String id) {
        return with(settings, (keys, audit) -> {
            keys.revoke(id);
            audit.accept("key.revoke", id);
            out().println(id + ": revoked");
        });
    }

    @Command(
            name = "audit",
            description = "Lists what was done to keys, users and pools, the newest first.",
            mixinStandardHelpOptions = true)
    int audit(
            @Mixin ConfigOptions settings,
            @Option(names = "--limit", defaultValue = "100", description = "Most lines; default: ${DEFAULT-VALUE}.")
                    int limit) {
        try (Store store = Stores.open(settings.load().store().url())) {
            for (AuditLog.Entry entry : store.audit().newest(Optional.empty(), Optional.empty(), Math.max(1, limit))) {
                out().println(String.join(
                        "\t",
                        entry.at().toString(),
                        entry.keyId(),
                        entry.tenant().id(),
                        entry.act(),
                        entry.target()));
            }
        }
        return 0;
    }

    @FunctionalInterface
    private interface Work {
        void with(Keys keys, BiConsumer<String, String> audit);
    }

    private static int with(ConfigOptions settings, Work work) {
        try (Store store = Stores.open(settings.load().store().url())) {
            work.with(
                    new Keys(store.keys(), Clock.systemUTC()),
                    (act, id) ->
                            store.audit().write(new AuditLog.Entry(Instant.now(), "cli", Tenant.DEFAULT, act, id)));
        }
        return 0;
    }

    private void issued(ApiKey.Issued issued) {
        spec.commandLine()
                .getErr()
                .println(issued.key().id() + " of tenant "
                        + issued.key().tenant().id());
        out().println(issued.secret());
    }

    private static String line(ApiKey key) {
        Limits limits = key.limits();
        return String.join(
                "\t",
                key.id(),
                key.tenant().id(),
                key.roles().stream().map(Role::wire).sorted().collect(Collectors.joining(",")),
                limits.requestsPerMinute() + ", " + limits.tokensPerMinute() + "; " + limits.concurrency(),
                key.created().truncatedTo(ChronoUnit.SECONDS).toString(),
                key.revoked()
                        .map(at -> "revoked " + at.truncatedTo(ChronoUnit.SECONDS))
                        .orElse("opens"),
                key.name());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
