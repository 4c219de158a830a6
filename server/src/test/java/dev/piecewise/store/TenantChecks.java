package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyStore;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What every database does with tenants and keys. */
final class TenantChecks {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private TenantChecks() {}

    static void users(Store store) {
        Tenant acme = new Tenant("acme");
        HistoryItem item = new HistoryItem("1", null, null, "of acme");
        List.of("ann", acme.key("ann"), acme.key("bob"), new Tenant("acme2").key("eve"))
                .forEach(store::putUser);
        store.append(acme.key("ann"), List.of(item));
        assertThat(store.users("", 9)).extracting(Store.User::name).containsExactly("ann");
        assertThat(store.users(acme, "", 9)).extracting(Store.User::name).containsExactly("ann", "bob");
        assertThat(store.users(acme, "ann", 9)).extracting(Store.User::name).containsExactly("bob");
        assertThat(store.history("ann", 0, 9)).isEmpty();
        assertThat(store.deleteUser("ann")).isPresent();
        assertThat(store.history(acme.key("ann"), 0, 9)).containsExactly(item);
    }

    static void keys(KeyStore keys) {
        ApiKey first = new ApiKey(
                "key_1",
                new Tenant("acme"),
                "é",
                Set.of(Role.USERS, Role.ADMIN),
                NOW,
                new Limits(1, 2, 3),
                Optional.empty());
        ApiKey second = new ApiKey(
                "key_2", Tenant.DEFAULT, "", Set.of(Role.INFERENCE), NOW.plusSeconds(1), Limits.NONE, Optional.empty());
        long version = keys.version();
        keys.add(second, "b");
        keys.add(first, "a");
        assertThat(keys.keys()).containsExactly(first, second);
        assertThat(keys.version()).isGreaterThan(version);
        assertThat(keys.openings().get("a")).isEqualTo(new KeyStore.Opening(first, Optional.empty()));

        assertThat(keys.replace("key_1", "c", NOW)).isTrue();
        assertThat(keys.replace("key_3", "d", NOW)).isFalse();
        assertThat(keys.openings()).containsOnlyKeys("a", "b", "c");
        assertThat(keys.openings().get("a")).isEqualTo(new KeyStore.Opening(first, Optional.of(NOW)));

        version = keys.version();
        assertThat(keys.revoke("key_1", NOW)).isTrue();
        assertThat(keys.revoke("key_1", NOW)).isFalse();
        assertThat(keys.openings()).containsOnlyKeys("b");
        assertThat(keys.version()).isGreaterThan(version);
        assertThat(keys.keys().getFirst().revoked()).contains(NOW);
    }
}
