package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeftArchiveTest {
    private static final int RANK = 4;

    @TempDir
    Path directory;

    private ModelConfig config;
    private LoraAdapter adapter;
    private byte[] settings;
    private byte[] weights;

    @BeforeEach
    void writeAdapter() throws IOException {
        config = ModelConfigReader.read(TinyCheckpoint.llama().write(directory.resolve("tiny")));
        adapter = TinyAdapter.of(config, RANK, 3, Projection.values());
        Path peft = TinyAdapter.write(adapter, config, directory.resolve("peft"));
        settings = Files.readAllBytes(peft.resolve("adapter_config.json"));
        weights = Files.readAllBytes(peft.resolve("adapter_model.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ann/", "a/b c/"})
    void anAdapterIsReadWhereverItLiesInTheZip(String place) throws IOException {
        byte[] zip = new Zip()
                .add(place + "README.md", "about it".getBytes(StandardCharsets.UTF_8))
                .add(place + "adapter_config.json", settings)
                .add(place + "adapter_model.safetensors", weights)
                .bytes();
        String expected = Fingerprints.adapter("base", adapter.sites());
        byte[] kept;
        try (PeftArchive archive = open(zip)) {
            assertThat(archive.adapter(config, "base").fingerprint("base")).isEqualTo(expected);
            kept = bytes(archive);
        }
        assertThat(new String(kept, StandardCharsets.ISO_8859_1)).doesNotContain("README");
        try (PeftArchive stored = PeftArchive.stored(new ByteArrayInputStream(kept), config, RANK)) {
            assertThat(stored.adapter(config, "base").fingerprint("base")).isEqualTo(expected);
            assertThat(bytes(stored)).isEqualTo(kept);
        }
        try (PeftArchive compressed = PeftArchive.stored(new ByteArrayInputStream(zip), config, RANK)) {
            assertThat(bytes(compressed)).isEqualTo(kept);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/etc/x", "C:\\x", "..\\x", "a/.."})
    void aNameThatLeadsOutIsRefused(String name) throws IOException {
        byte[] zip = new Zip()
                .add("adapter_config.json", settings)
                .add("adapter_model.safetensors", weights)
                .add(name, new byte[] {1})
                .bytes();

        assertRefused(zip, "leads out of it");
        assertThat(directory.resolve("x")).doesNotExist();
    }

    /** Sixteen megabytes of zeros are sixteen kilobytes of zip. */
    @Test
    void whatUnpacksToMoreThanAnAdapterIsRefused() throws IOException {
        byte[] bomb =
                new Zip().add("adapter_model.safetensors", new byte[16 << 20]).bytes();

        assertThat(bomb.length).isLessThan(20_000);
        assertRefused(bomb, "unpacks to more than an adapter of rank 4 can have");
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        Zip many = new Zip();
        for (int i = 0; i < 101; i++) {
            many.add("file" + i, new byte[0]);
        }
        assertRefused(many.bytes(), "unpacks to more");
    }

    @Test
    void whatIsNoAdapterIsRefused() throws IOException {
        assertRefused(new byte[0], "is no zip");
        assertRefused("no zip at all".getBytes(StandardCharsets.UTF_8), "is no zip");
        byte[] whole = new Zip()
                .add("adapter_config.json", settings)
                .add("adapter_model.safetensors", weights)
                .bytes();
        assertRefused(Arrays.copyOf(whole, whole.length / 2), "cannot be unpacked");
        assertRefused(
                new Zip()
                        .add("a/adapter_config.json", settings)
                        .add("b/adapter_config.json", settings)
                        .bytes(),
                "more than one adapter");
        assertRefused(new Zip().add("adapter_config.json", settings).bytes(), "holds no adapter_model.safetensors");
        assertRefused(new Zip().add("adapter_model.safetensors", weights).bytes(), "holds no adapter_config.json");
        assertRefused(
                new Zip()
                        .add("adapter_config.json", "{".getBytes(StandardCharsets.UTF_8))
                        .add("adapter_model.safetensors", weights)
                        .bytes(),
                "adapter_config.json: is not valid JSON");
    }

    @Test
    void anImageMadeFromTheFileIsThatOfTheWholeAdapter() throws IOException {
        byte[] zip = new Zip()
                .add("adapter_config.json", settings)
                .add("adapter_model.safetensors", weights)
                .bytes();
        BankLayout layout = new BankLayout(config, 2);
        BankImage whole = layout.image(adapter);

        try (PeftArchive archive = open(zip)) {
            BankImage image = layout.image(whole.fingerprint(), archive.adapter(config, "base"));

            assertThat(image).usingRecursiveComparison().isEqualTo(whole);
        }
    }

    @Test
    void aBitThatChangedIsSeen() throws IOException {
        byte[] kept;
        try (PeftArchive archive = open(new Zip()
                .add("adapter_config.json", settings)
                .add("adapter_model.safetensors", weights)
                .bytes())) {
            kept = bytes(archive);
        }
        kept[kept.length / 2] ^= 1;

        assertThatThrownBy(() -> PeftArchive.stored(new ByteArrayInputStream(kept), config, RANK))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("cannot be unpacked");
    }

    private PeftArchive open(byte[] zip) {
        return PeftArchive.open(new ByteArrayInputStream(zip), config, RANK);
    }

    private static byte[] bytes(PeftArchive archive) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        archive.writeTo(bytes);
        return bytes.toByteArray();
    }

    private void assertRefused(byte[] zip, String reason) {
        assertThatThrownBy(() -> {
                    try (PeftArchive archive = open(zip)) {
                        archive.adapter(config, "base");
                    }
                })
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("the adapter's zip: ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining(System.getProperty("java.io.tmpdir"));
    }

    private static final class Zip {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final ZipOutputStream zip = new ZipOutputStream(bytes);

        Zip add(String name, byte[] content) throws IOException {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
            return this;
        }

        byte[] bytes() throws IOException {
            zip.close();
            return bytes.toByteArray();
        }
    }
}
