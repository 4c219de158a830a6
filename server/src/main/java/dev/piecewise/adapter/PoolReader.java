package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads pools, and believes one only after its shapes, its numbers and its content hash were checked. The pieces stay in the mapped file, which costs no heap and is
 * unmapped when nobody has the pool any more.
 */
public final class PoolReader {
    private final Path pieces;
    private final JsonFields description;

    private PoolReader(Path directory) {
        this.pieces = directory.resolve(PoolFiles.PIECES);
        this.description = JsonFields.read(directory.resolve(PoolFiles.DESCRIPTION));
    }

    /** A pool of whatever base. */
    public static Pool read(Path directory) {
        if (!PoolFiles.isPool(directory)) {
            throw new BadFileException(
                    directory, "is no pool: it has no %s or was never published".formatted(PoolFiles.DESCRIPTION));
        }
        return new PoolReader(directory).read();
    }

    /** A pool of this base model; one of another is refused. */
    public static Pool read(Path directory, ModelConfig base, String baseFingerprint) {
        Pool pool = read(directory);
        if (!pool.base().equals(baseFingerprint)) {
            throw new BadFileException(
                    directory, "is a pool of base model %s, not of %s".formatted(pool.base(), baseFingerprint));
        }
        pool.sites().forEach((site, stack) -> {
            if (site.layer() >= base.layers()
                    || stack.in() != base.in(site.projection())
                    || stack.out() != base.out(site.projection())) {
                throw new BadFileException(
                        directory, "has a site %s that the base model does not have".formatted(site));
            }
        });
        return pool;
    }

    private Pool read() {
        if (description.requireInteger("format") != PoolFiles.FORMAT) {
            throw description.bad(
                    "format", "is %s; this version reads %d".formatted(description.value("format"), PoolFiles.FORMAT));
        }
        int rank = description.requireInteger("rank");
        double alpha = description.requireNumber("alpha");
        if (rank <= 0 || alpha <= 0) {
            throw description.bad(rank <= 0 ? "rank" : "alpha", "must be positive");
        }
        List<Pool.Sharer> sharers = sharers();
        Pool pool = new Pool(
                description.requireString("hash"),
                description.requireString("base"),
                rank,
                alpha / rank,
                Merge.parse(description.requireString("merge")).orElseThrow(() -> unknown("merge")),
                Keys.parse(description.requireString("keys")).orElseThrow(() -> unknown("keys")),
                sharers,
                stacks(sharers.size(), rank));
        String actual = Fingerprints.pool(pool);
        if (!actual.equals(pool.hash())) {
            throw new BadFileException(
                    pieces, "is not what was published: its content hash is %s, not %s".formatted(actual, pool.hash()));
        }
        return pool;
    }

    private SortedMap<Site, PieceStack> stacks(int sharers, int rank) {
        SafetensorsFile file = SafetensorsFile.openUntilUnused(pieces);
        SortedMap<Site, PieceStack> stacks = new TreeMap<>();
        for (String name : description.strings("sites")) {
            Site site = Site.parse(name)
                    .orElseThrow(() -> description.bad("sites", "names \"%s\", which is no site".formatted(name)));
            stacks.put(site, new StackReader(file, site, sharers, rank).read());
        }
        if (file.tensors().size() != 3 * stacks.size() || stacks.isEmpty()) {
            throw new BadFileException(
                    pieces,
                    "holds %d tensors for %d sites".formatted(file.tensors().size(), stacks.size()));
        }
        return stacks;
    }

    private List<Pool.Sharer> sharers() {
        List<Pool.Sharer> sharers = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode node : description.elements("sharers")) {
            JsonFields sharer = JsonFields.of(pieces.resolveSibling(PoolFiles.DESCRIPTION) + ": sharers", node);
            String id = sharer.requireString("id");
            if (!ids.add(id)) {
                throw description.bad("sharers", "names \"%s\" twice".formatted(id));
            }
            sharers.add(new Pool.Sharer(id, sharer.integer("items").orElse(0)));
        }
        if (sharers.isEmpty()) {
            throw description.bad("sharers", "names nobody");
        }
        return List.copyOf(sharers);
    }

    private BadFileException unknown(String field) {
        return description.bad(field, "is %s, which is not known".formatted(description.value(field)));
    }

    /** The three tensors of one site. */
    private record StackReader(SafetensorsFile file, Site site, int sharers, int rank) {
        PieceStack read() {
            TensorInfo a = file.tensor(site + ".A");
            TensorInfo b = file.tensor(site + ".B");
            int in = width(a, 2);
            int out = width(b, 1);
            return new PieceStack(
                    sharers,
                    rank,
                    in,
                    out,
                    values(a, sharers, rank, in),
                    values(b, sharers, out, rank),
                    values(file.tensor(site + ".gate"), sharers, in));
        }

        private int width(TensorInfo tensor, int dimension) {
            return tensor.shape().length == 3 ? Math.toIntExact(tensor.shape()[dimension]) : 0;
        }

        private Stored values(TensorInfo tensor, long... shape) {
            if (!tensor.hasShape(shape)) {
                throw new BadFileException(
                        file.path(),
                        "tensor %s has shape %s; expected %s"
                                .formatted(tensor.name(), Arrays.toString(tensor.shape()), Arrays.toString(shape)));
            }
            file.requireFinite(tensor);
            return new Stored(file, tensor);
        }
    }

    /** A tensor of the mapped file. */
    private record Stored(SafetensorsFile file, TensorInfo tensor) implements PieceStack.Values {
        @Override
        public float[] all() {
            return file.floats(tensor);
        }

        @Override
        public void copy(int from, float[] target, int at, int length) {
            file.copy(tensor, from, target, at, length);
        }
    }
}
