package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TensorInfo;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A PEFT adapter that fits its base model, and whose numbers stay in the file until a site's are asked for. Any threads may ask while the file is open. */
public final class PeftAdapter {
    private static final int SIGN = 0x8000_0000;

    private final SafetensorsFile file;
    private final SortedMap<Site, Pair> sites;

    PeftAdapter(SafetensorsFile file, SortedMap<Site, Pair> sites) {
        this.file = file;
        this.sites = sites;
    }

    /** The two tensors of a module, rank x in and out x rank, of which the second is multiplied by {@code scale}. */
    record Pair(String module, TensorInfo a, TensorInfo b, double scale) {
        int rank() {
            return (int) a.shape()[0];
        }
    }

    /** In their order. */
    public Set<Site> sites() {
        return Collections.unmodifiableSet(sites.keySet());
    }

    /** The largest of any site. */
    public int rank() {
        return sites.values().stream().mapToInt(Pair::rank).max().orElse(0);
    }

    /** Of all factors as float32. */
    public long bytes() {
        return sites.values().stream()
                .mapToLong(pair -> Float.BYTES * (pair.a().elements() + pair.b().elements()))
                .sum();
    }

    /** A site's factors in memory, the scale in B. {@link BadFileException} where one of them is no number. */
    public Factors factors(Site site) {
        Pair pair = pair(site);
        float[] a = file.floats(pair.a());
        float[] b = file.floats(pair.b());
        multiply(b, pair.scale());
        if (!areFinite(a) || !areFinite(b)) {
            throw new BadFileException(file.path(), "module %s holds NaN or infinity".formatted(pair.module()));
        }
        return new Factors(
                pair.rank(), (int) pair.a().shape()[1], (int) pair.b().shape()[0], a, b);
    }

    /** What it is known by on a base model; reads all of it, one site after the other. */
    public String fingerprint(String base) {
        return Fingerprints.adapter(base, sites.keySet(), this::factors);
    }

    /** All of it in memory. */
    LoraAdapter whole(String base) {
        SortedMap<Site, Factors> whole = new TreeMap<>();
        sites.keySet().forEach(site -> whole.put(site, factors(site)));
        return new LoraAdapter(Fingerprints.adapter(base, whole), whole);
    }

    private Pair pair(Site site) {
        Pair pair = sites.get(site);
        if (pair == null) {
            throw new IllegalArgumentException("the adapter has no site " + site);
        }
        return pair;
    }

    private static void multiply(float[] values, double scale) {
        if (scale == 1) {
            return;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * scale);
        }
    }

    /** By the largest magnitude's bits, which takes no branch for each value. */
    private static boolean areFinite(float[] values) {
        int largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & ~SIGN);
        }
        return largest < Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    }
}
