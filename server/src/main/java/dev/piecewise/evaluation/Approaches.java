package dev.piecewise.evaluation;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.adapter.Plans;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolVariants;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import dev.piecewise.evaluation.MethodSpec.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes methods that were asked for into what an examination can run. */
public final class Approaches {
    private static final double NANOS = 1e9;
    /** What is kept of adapters is counted in bfloat16, as the published figures are. */
    private static final int FLOAT32_PER_BFLOAT16 = 2;

    private final Material material;
    private final long seed;

    /** {@code seed} draws which pieces and sharers are left out. */
    public Approaches(Material material, long seed) {
        this.material = material;
        this.seed = seed;
    }

    /**
     * What adapters are made from.
     *
     * @param layout of the adapter bank
     * @param pool with its pieces on the device if {@code resident}
     * @param own users' own adapters
     * @param nearest the sharer whom a user is most like
     */
    public record Material(
            Adaptation.Base base,
            BankLayout layout,
            Assembler assembler,
            Optional<Pool> pool,
            boolean resident,
            Optional<OwnAdapters> own,
            Optional<NearestSharer> nearest) {}

    /** Users' own adapters, trained or read. */
    @FunctionalInterface
    public interface OwnAdapters {
        /** {@code seconds} that the adapter took to train, NaN when it was trained elsewhere. */
        record Own(LoraAdapter adapter, double seconds) {}

        Own of(Subject subject);
    }

    /** Finds the sharer who wrote most like a user. */
    @FunctionalInterface
    public interface NearestSharer {
        String to(Subject subject);
    }

    /** INVALID_REQUEST for a method that nothing was given for. */
    public Approach of(MethodSpec method) {
        Approach.Preparation preparation = switch (method.source()) {
            case Source.Base _ -> subject -> new Prepared(material.base(), Prompting.PLAIN, 0, 0);
            case Source.Own _ -> own(require(material.own(), method, "users' own adapters"));
            case Source.NearestSharer _ ->
                nearest(
                        require(material.pool(), method, "a pool"),
                        require(material.nearest(), method, "the sharers' histories"));
            case Source.Pieces pieces -> assembled(require(material.pool(), method, "a pool"), pieces);
        };
        return new Approach(
                method.name(), method.ragItems() > 0 ? retrieving(preparation, method.ragItems()) : preparation);
    }

    private static <T> T require(Optional<T> given, MethodSpec method, String what) {
        return given.orElseThrow(
                () -> ServingException.invalid("--method", "--method %s needs %s".formatted(method.name(), what)));
    }

    private Approach.Preparation own(OwnAdapters adapters) {
        return subject -> {
            OwnAdapters.Own own = adapters.of(subject);
            return new Prepared(
                    merged(own.adapter()),
                    Prompting.PLAIN,
                    own.adapter().bytes() / FLOAT32_PER_BFLOAT16,
                    own.seconds());
        };
    }

    private Approach.Preparation nearest(Pool pool, NearestSharer nearest) {
        return subject -> {
            long begun = System.nanoTime();
            String sharer = nearest.to(subject);
            SortedMap<Site, List<Choice>> sites = new TreeMap<>();
            int index = pool.indexOf(sharer);
            pool.sites().keySet().stream()
                    .filter(site -> pool.has(index, site))
                    .forEach(site -> sites.put(site, List.of(new Choice(sharer, 1))));
            Plan whole = new Plan(
                    pool.base(),
                    pool.hash(),
                    Merge.PRODUCT,
                    1,
                    sites,
                    subject.past().size(),
                    Instant.EPOCH);
            return new Prepared(adaptation(whole, pool, Merge.PRODUCT), Prompting.PLAIN, bytes(sharer), since(begun));
        };
    }

    private Approach.Preparation assembled(Pool pool, Source.Pieces pieces) {
        Pool keyed =
                pieces.keys().map(keys -> PoolVariants.withKeys(pool, keys)).orElse(pool);
        Pool told = pieces.forecast() || keyed.forecast().isEmpty() ? keyed : PoolVariants.withoutForecast(keyed);
        Pool fewer = pieces.sharers() > 0 ? PoolVariants.ofSharers(told, pieces.sharers(), seed) : told;
        Pool variant = pieces.share() < 1 ? PoolVariants.sharing(fewer, pieces.share(), seed) : fewer;
        return subject -> {
            long begun = System.nanoTime();
            Plan plan = material.assembler().assemble(variant, subject.history(), pieces.options());
            double seconds = since(begun);
            Plan onPool = new Plan(
                    plan.base(), pool.hash(), plan.merge(), plan.k(), plan.sites(), plan.items(), plan.created());
            return new Prepared(
                    adaptation(onPool, pool, pieces.options().merge()),
                    Prompting.PLAIN,
                    bytes(PlanJson.toJson(onPool).toString()),
                    seconds);
        };
    }

    private Adaptation adaptation(Plan plan, Pool pool, Merge merge) {
        return material.resident() && merge == Merge.PRODUCT
                ? Plans.resident(plan, pool)
                : merged(Merger.merge(plan, pool, merge));
    }

    private Adaptation merged(LoraAdapter adapter) {
        return new Adaptation.Merged(material.layout().image(adapter));
    }

    /** The history must be kept as well, and searched. */
    private static Approach.Preparation retrieving(Approach.Preparation preparation, int items) {
        return subject -> {
            Prepared without = preparation.prepare(subject);
            long begun = System.nanoTime();
            List<String> documents =
                    subject.past().stream().map(PastItem::document).toList();
            Prompting prompting = Prompting.retrieving(documents, items);
            long bytes = documents.stream().mapToLong(Approaches::bytes).sum();
            return new Prepared(
                    without.adaptation(), prompting, without.bytes() + bytes, without.seconds() + since(begun));
        };
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / NANOS;
    }
}
