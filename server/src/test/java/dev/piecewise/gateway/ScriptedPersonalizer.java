package dev.piecewise.gateway;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.personalization.Mode;
import dev.piecewise.personalization.OwnAdapters;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.Served;
import dev.piecewise.store.Store;
import dev.piecewise.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A personalizer that makes the same plan for everybody. */
final class ScriptedPersonalizer implements Personalizer {
    private final Store store;
    /** Users' own adapters, where a test has some. */
    Optional<OwnAdapters> own = Optional.empty();

    final ConcurrentLinkedQueue<String> forgotten = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<String> prefetched = new LinkedBlockingQueue<>();
    private volatile CountDownLatch mayAssemble = new CountDownLatch(0);

    ScriptedPersonalizer(Store store) {
        this.store = store;
    }

    /** Assembling waits until the latch is down. */
    void hold(CountDownLatch latch) {
        mayAssemble = latch;
    }

    @Override
    public Served resolve(String user, Mode mode, Optional<Merge> merge) {
        if (user.equals("broken")) {
            throw new IllegalStateException("nothing that a client may read");
        }
        Optional<Plan> plan = mode == Mode.BASE || Tenant.isNobody(user) ? Optional.empty() : store.plan(user);
        if (plan.isPresent()) {
            return new Served(
                    new Adaptation.Base("f00d"),
                    Mode.ASSEMBLED,
                    Optional.of("p001"),
                    "user has a plan",
                    plan.get().items(),
                    pieces());
        }
        if (mode == Mode.ASSEMBLED) {
            throw new ServingException(ErrorCode.UNKNOWN_USER, "the user has no plan", "user");
        }
        return new Served(
                new Adaptation.Base("ba5e"), Mode.BASE, Optional.empty(), "user has no plan", 0, new TreeMap<>());
    }

    @Override
    public Plan assemble(String user) {
        try {
            mayAssemble.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (user.equals("huge")) {
            throw new OutOfMemoryError("a plan that does not fit");
        }
        int items = store.newest(user, 100).size();
        if (items == 0) {
            throw ServingException.invalid("user", "the user has no usable history");
        }
        Plan plan = new Plan("ba5e", "p001", Merge.PRODUCT, 2, pieces(), items, Instant.parse("2026-01-02T03:04:05Z"));
        store.putPlan(user, plan);
        return plan;
    }

    @Override
    public Optional<Plan> plan(String user) {
        return store.plan(user);
    }

    @Override
    public Optional<OwnAdapters> own() {
        return own;
    }

    @Override
    public void prefetch(String user) {
        prefetched.add(user);
    }

    /** Waits for the next user whose adapter is made ready. */
    String nextPrefetched() throws InterruptedException {
        return String.valueOf(prefetched.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public Forgotten forget(String user) {
        forgotten.add(user);
        return new Forgotten(true, false);
    }

    private static SortedMap<Site, List<Choice>> pieces() {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        sites.put(
                Site.parse("layers.0.self_attn.q_proj").orElseThrow(),
                List.of(new Choice("ann", 0.75), new Choice("bob", 0.25)));
        return sites;
    }
}
