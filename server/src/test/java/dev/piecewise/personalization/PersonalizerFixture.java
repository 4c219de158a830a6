package dev.piecewise.personalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Assembler.Selection;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.TinyPool;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A real store, a tiny pool of four sharers with pieces of rank 2, and a selector that always takes the first k of them. */
final class PersonalizerFixture implements AutoCloseable {
    static final Optional<Merge> ANY = Optional.empty();
    static final Adaptation.Base BASE = new Adaptation.Base("base");

    final List<List<Example>> selections = Collections.synchronizedList(new ArrayList<>());
    final List<Double> assemblySeconds = Collections.synchronizedList(new ArrayList<>());
    final List<Double> mergeSeconds = Collections.synchronizedList(new ArrayList<>());
    final AdapterCache adapters;
    final Store store;
    final Optional<OwnAdapters> own;
    final Pool pool;
    final CountDownLatch selecting = new CountDownLatch(1);
    volatile HeldOut heldOut = (_, _, _, _) -> Double.NaN;
    volatile CountDownLatch maySelect = new CountDownLatch(0);

    PersonalizerFixture(Path directory) {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        BankLayout layout = new BankLayout(config, Float.BYTES);
        adapters = new AdapterCache(layout, 1 << 20, mergeSeconds::add);
        pool = TinyPool.pool(config, 4);
        store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"));
        own = Optional.of(new OwnAdapters(store, layout, "base", 4, 1 << 20));
    }

    @Override
    public void close() {
        store.close();
    }

    LocalPersonalizer personalizer(AdapterMode mode, UnknownUser unknown) {
        return personalizer(new Settings(mode, unknown, options(Merge.PRODUCT), 4, 100), mode != AdapterMode.SLOTS);
    }

    LocalPersonalizer personalizer(Settings settings, boolean resident) {
        Loaded loaded = new Loaded(BASE, Optional.of(pool), resident);
        return new LocalPersonalizer(loaded, settings, store, tools());
    }

    LocalPersonalizer.Tools tools() {
        return new LocalPersonalizer.Tools(assembler(), heldOut, adapters, own, assemblySeconds::add);
    }

    static Settings settings(AdapterMode mode, Merge merge, int maxRank) {
        return new Settings(mode, UnknownUser.BASE, options(merge), maxRank, 100);
    }

    private static Assembler.Options options(Merge merge) {
        return new Assembler.Options(2, 1, merge, Selection.GLOBAL, 16, 3, 1000);
    }

    Assembler assembler() {
        ExampleEncoder encoder =
                new ExampleEncoder((text, special) -> text.chars().toArray(), -1, 100);
        return new Assembler(this::select, encoder, Clock.systemUTC());
    }

    private SortedMap<Site, List<Choice>> select(Pool from, List<Example> examples, PieceSelector.Options options) {
        selections.add(examples);
        selecting.countDown();
        try {
            maySelect.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return pieces(from, options.k());
    }

    private static SortedMap<Site, List<Choice>> pieces(Pool from, int k) {
        List<Choice> choices = from.sharers().subList(0, k).stream()
                .map(sharer -> new Choice(sharer.id(), 1.0 / k))
                .toList();
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        from.sites().keySet().forEach(site -> sites.put(site, choices));
        return sites;
    }

    Plan planOf(String poolHash) {
        return new Plan(
                pool.base(),
                poolHash,
                Merge.PRODUCT,
                2,
                pieces(pool, 2),
                1,
                Clock.systemUTC().instant());
    }

    static List<HistoryItem> history(String... texts) {
        return List.of(texts).stream()
                .map(text -> new HistoryItem(null, null, "prompt ", text))
                .toList();
    }

    static void assertBase(Served served, String reason) {
        assertThat(served.adaptation()).isEqualTo(BASE);
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.reason()).isEqualTo(reason);
        assertThat(served.pool()).isEmpty();
        assertThat(served.pieces()).isEmpty();
        assertThat(served.header()).isEqualTo("base;base");
    }

    static void assertRefused(ErrorCode code, String param, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ServingException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.param()).contains(param);
        });
    }
}
