package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads pools, and believes one only after its shapes, its numbers and its content hash were checked. The pieces stay in the mapped file, which costs no heap and is
 * unmapped when nobody has the pool any more.
 */
public final class PoolReader {
    private final Path pieces;
    private final PoolDescription description;

    private PoolReader(Path directory) {
        this.pieces = directory.resolve(PoolFiles.PIECES);
        this.description = PoolDescription.read(directory.resolve(PoolFiles.DESCRIPTION));
    }

    /**
     * A pool of whatever base. {@code directory} is a pool's own, or one that versions are published in; then the current version is read. A version with pieces of
     * somebody who withdrew since is refused.
     */
    public static Pool read(Path directory) {
        while (true) {
            Path version = PoolFiles.version(directory);
            try {
                Pool pool = readVersion(version);
                requireServed(version, pool);
                return pool;
            } catch (BadFileException bad) {
                if (Files.exists(version) || PoolFiles.version(directory).equals(version)) {
                    throw bad;
                }
            }
        }
    }

    /** A version as it lies there, whoever has withdrawn since. */
    static Pool readVersion(Path directory) {
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
        pool.forecast().filter(forecast -> forecast.hidden() != base.hidden()).ifPresent(forecast -> {
            throw new BadFileException(
                    directory,
                    "has a forecast for states of width %d; the base model's are %d wide"
                            .formatted(forecast.hidden(), base.hidden()));
        });
        pool.forecast().filter(forecast -> !forecast.isFor(base.layers())).ifPresent(forecast -> {
            throw new BadFileException(
                    directory,
                    "has a forecast for %d layers; the base model has %d"
                            .formatted(forecast.scales().length / 2, base.layers()));
        });
        return pool;
    }

    /** A published version is the content that its name says; the version that is current now says who withdrew. */
    private static void requireServed(Path version, Pool pool) {
        Path root = version.toAbsolutePath().getParent();
        if (root == null || !PoolFiles.hasVersions(root)) {
            return;
        }
        if (!String.valueOf(version.getFileName()).equals(PoolFiles.name(pool.hash()))) {
            throw new BadFileException(version, "is not what its name says: its content hash is " + pool.hash());
        }
        Path current = PoolFiles.version(root);
        for (Pool.Withdrawal withdrawal :
                PoolDescription.read(current.resolve(PoolFiles.DESCRIPTION)).withdrawn()) {
            if (pool.indexOf(withdrawal.id()) >= 0) {
                throw new BadFileException(
                        version,
                        "has pieces of \"%s\", who withdrew at %s; the current version is %s"
                                .formatted(withdrawal.id(), withdrawal.at(), current.getFileName()));
            }
        }
    }

    private Pool read() {
        SafetensorsFile file = SafetensorsFile.openUntilUnused(pieces);
        Optional<GainForecast> forecast =
                ForecastFile.read(file, description.sharers().size());
        Pool pool = new Pool(
                description.hash(),
                description.base(),
                description.rank(),
                description.alpha() / description.rank(),
                description.merge(),
                description.keys(),
                description.sharers(),
                stacks(file, forecast.isPresent() ? ForecastFile.TENSORS : 0),
                description.withdrawn(),
                description.earlier(),
                forecast);
        String actual = Fingerprints.pool(pool);
        if (!actual.equals(pool.hash())) {
            throw new BadFileException(
                    pieces, "is not what was published: its content hash is %s, not %s".formatted(actual, pool.hash()));
        }
        return pool;
    }

    /** {@code others} is how many of the file's tensors are no pieces. */
    private SortedMap<Site, PieceStack> stacks(SafetensorsFile file, int others) {
        SortedMap<Site, PieceStack> stacks = new TreeMap<>();
        int sharers = description.sharers().size();
        for (Site site : description.sites()) {
            stacks.put(site, new StackReader(file, site, sharers, description.rank()).read());
        }
        if (file.tensors().size() != 3 * stacks.size() + others || stacks.isEmpty()) {
            throw new BadFileException(
                    pieces,
                    "holds %d tensors for %d sites".formatted(file.tensors().size(), stacks.size()));
        }
        return stacks;
    }

    /** The three tensors of one site. */
    private record StackReader(SafetensorsFile file, Site site, int sharers, int rank) {
        PieceStack read() {
            int in = width(file.tensor(site + ".A"), 2);
            int out = width(file.tensor(site + ".B"), 1);
            return new PieceStack(
                    sharers,
                    rank,
                    in,
                    out,
                    values(".A", sharers, rank, in),
                    values(".B", sharers, out, rank),
                    values(".gate", sharers, in));
        }

        private int width(TensorInfo tensor, int dimension) {
            return tensor.shape().length == 3 ? Math.toIntExact(tensor.shape()[dimension]) : 0;
        }

        private Stored values(String part, long... shape) {
            return new Stored(file, file.require(site + part, shape));
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
