package dev.piecewise.adapter;

import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.checkpoint.Site;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one sharer gives to a pool.
 *
 * @param id the sharer's name in the pool
 * @param items how many history items the adapter was trained from, 0 when unknown
 * @param adapter the pieces that are shared, and no others
 * @param gates a trained gate for each of the adapter's sites, of the site's input width
 * @param consent the permission, with the part of the sharer's pieces that it is for
 * @param forecast the sharer's weights in the forecast of the pool that this is for
 */
public record Contribution(
        String id,
        int items,
        LoraAdapter adapter,
        Optional<SortedMap<Site, float[]>> gates,
        Optional<Consent> consent,
        Optional<float[]> forecast) {
    public Contribution(String id, int items, LoraAdapter adapter, Optional<SortedMap<Site, float[]>> gates) {
        this(id, items, adapter, gates, Optional.empty(), Optional.empty());
    }

    /** With these weights in a pool's forecast. */
    public Contribution foreseen(float[] weights) {
        return new Contribution(id, items, adapter, gates, consent, Optional.of(weights));
    }

    /**
     * With this consent and only the pieces that it is for: which ones is drawn by the seed and the sharer's name, so that nobody else changes it. At least one remains.
     * {@code base} is the base model's fingerprint.
     */
    public Contribution agreed(Consent given, String base, long seed) {
        SortedMap<Site, Factors> whole = adapter.sites();
        int count = (int) Math.max(1, Math.round(given.ratio() * whole.size()));
        SortedMap<Site, Factors> shared = new TreeMap<>();
        whole.keySet().stream()
                .sorted(Comparator.comparing(site -> lot(site, seed)))
                .limit(count)
                .forEach(site -> shared.put(site, adapter.factors(site)));
        return new Contribution(
                id,
                items,
                new LoraAdapter(Fingerprints.adapter(base, shared), shared),
                gates,
                Optional.of(given),
                forecast);
    }

    private String lot(Site site, long seed) {
        return new ContentHash("share").put(seed).put(id).put(site.toString()).finish();
    }
}
