package dev.piecewise.personalization;

import static dev.piecewise.personalization.PersonalizerFixture.ANY;
import static dev.piecewise.personalization.PersonalizerFixture.BASE;
import static dev.piecewise.personalization.PersonalizerFixture.assertBase;
import static dev.piecewise.personalization.PersonalizerFixture.assertRefused;
import static dev.piecewise.personalization.PersonalizerFixture.history;
import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.TinyModel;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modes own, rag and assembled+rag. */
final class ServingModesTest {
    @TempDir
    Path directory;

    @AutoClose
    private PersonalizerFixture with;

    private LocalPersonalizer personalizer;
    private OwnAdapters own;

    @BeforeEach
    void open() {
        with = new PersonalizerFixture(directory);
        personalizer = with.personalizer(AdapterMode.AUTO, UnknownUser.BASE);
        own = with.own.orElseThrow();
    }

    @Test
    void anAdapterOfTheirOwnComesBeforeAPlan() throws IOException {
        with.store.append("ann", history("one"));
        personalizer.assemble("ann");
        assertThat(personalizer.resolve("ann", Mode.AUTO, ANY).mode()).isEqualTo(Mode.ASSEMBLED);

        OwnAdapters.Stored stored = own.put("ann", zip(1));
        Served served = personalizer.resolve("ann", Mode.AUTO, ANY);

        assertThat(served.mode()).isEqualTo(Mode.OWN);
        assertThat(served.reason()).isEqualTo("user has an adapter of their own");
        assertThat(served.header()).isEqualTo("own;" + stored.fingerprint());
        assertThat(personalizer.resolve("ann", Mode.OWN, ANY).adaptation()).isEqualTo(served.adaptation());
        assertThat(personalizer.resolve("ann", Mode.ASSEMBLED, ANY).mode()).isEqualTo(Mode.ASSEMBLED);
    }

    @Test
    void anUploadMakesTheUserAndANewOneReplacesIt() throws IOException {
        String first = own.put("bob", zip(1)).fingerprint();
        assertThat(personalizer.resolve("bob", Mode.OWN, ANY).adaptation().fingerprint())
                .isEqualTo(first);
        String second = own.put("bob", zip(2)).fingerprint();

        assertThat(second).isNotEqualTo(first);
        assertThat(personalizer.resolve("bob", Mode.OWN, ANY).adaptation().fingerprint())
                .isEqualTo(second);
    }

    @Test
    void itIsReadFromTheStoreAfterARestart() throws IOException {
        String fingerprint = own.put("bob", zip(1)).fingerprint();
        OwnAdapters fresh = new OwnAdapters(with.store, new BankLayout(config(), Float.BYTES), "base", 4, 0);

        assertThat(fresh.find("bob"))
                .isInstanceOfSatisfying(
                        OwnAdapters.Search.Found.class,
                        found -> assertThat(found.adapter().fingerprint()).isEqualTo(fingerprint));
        StoredZip kept = fresh.zip("bob").orElseThrow();
        assertThat(own.put("eve", kept.input()).fingerprint()).isEqualTo(fingerprint);
    }

    @Test
    void nothingOfItIsLeftWhenTheUserIsErased() throws IOException {
        own.put("bob", zip(1));
        assertThat(personalizer.resolve("bob", Mode.AUTO, ANY).mode()).isEqualTo(Mode.OWN);

        assertThat(with.store.deleteUser("bob")).contains(new Store.Erased(0, false, true));
        personalizer.forget("bob");

        assertBase(personalizer.resolve("bob", Mode.AUTO, ANY), "user has no plan");
        assertThat(own.zip("bob")).isEmpty();
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("bob", Mode.OWN, ANY));
    }

    @Test
    void itCanBeErasedAlone() throws IOException {
        own.put("bob", zip(1));

        assertThat(own.delete("bob")).isTrue();
        assertThat(own.delete("bob")).isFalse();
        assertThat(with.store.user("bob")).isPresent();
        assertBase(personalizer.resolve("bob", Mode.AUTO, ANY), "user has no plan");
    }

    @Test
    void anAdapterOfAnotherBaseIsToldAndNotServed() throws IOException {
        new OwnAdapters(with.store, new BankLayout(config(), Float.BYTES), "another base", 4, 0).put("bob", zip(1));

        Served served = personalizer.resolve("bob", Mode.AUTO, ANY);
        assertThat(served.mode()).isEqualTo(Mode.BASE);
        assertThat(served.reason()).contains("made for another base model", "user has no plan");
        assertRefused(ErrorCode.CONFLICT, "user", () -> personalizer.resolve("bob", Mode.OWN, ANY));
    }

    @Test
    void whatCannotBeServedIsNotStored() throws IOException {
        assertRefused(
                ErrorCode.INVALID_REQUEST,
                "adapter",
                () -> own.put("bob", new ByteArrayInputStream(new byte[] {1, 2, 3})));
        InputStream wide = zip(TinyAdapter.of(config(), 5, 1, Projection.Q));
        assertRefused(ErrorCode.INVALID_REQUEST, "adapter", () -> own.put("bob", wide));
        assertThat(with.store.user("bob")).isEmpty();
    }

    @Test
    void anAdapterWhoseBaseWasNotNotedIsKnownByItsFingerprint() throws IOException {
        StoredZip zip = stored("eve");
        byte[] bytes = zip.input().readAllBytes();
        with.store.putAdapter("bob", zip.adapter().fingerprint(), "", out -> out.write(bytes));
        assertThat(personalizer.resolve("bob", Mode.OWN, ANY).adaptation().fingerprint())
                .isEqualTo(zip.adapter().fingerprint());

        with.store.putAdapter("bob", "sha256:of another base", "", out -> out.write(bytes));
        own.forget("bob");
        assertThat(personalizer.resolve("bob", Mode.AUTO, ANY).reason()).contains("made for another base model");
    }

    @Test
    void whatWasDamagedInTheStoreIsToldAndNotServed() throws IOException {
        byte[] damaged = stored("eve").input().readAllBytes();
        damaged[damaged.length / 2] ^= 1;
        with.store.putAdapter("bob", "sha256:any", "base", out -> out.write(damaged));

        assertThat(personalizer.resolve("bob", Mode.AUTO, ANY).reason())
                .contains("the user's own adapter cannot be served", "cannot be unpacked", "upload it again");
        assertRefused(ErrorCode.CONFLICT, "user", () -> personalizer.resolve("bob", Mode.OWN, ANY));
    }

    private StoredZip stored(String user) throws IOException {
        own.put(user, zip(1));
        return own.zip(user).orElseThrow();
    }

    @Test
    void itemsOfTheHistoryStandBeforeThePrompt() {
        with.store.append("ann", history("tea with milk", "rain", "milk and honey", "snow", "sun"));
        Served served = personalizer.resolve("ann", Mode.RAG, ANY);

        assertThat(served.adaptation()).isEqualTo(BASE);
        assertThat(served.withItems(2).header()).isEqualTo("rag;base");
        assertThat(personalizer.recall("ann", "who likes milk"))
                .hasSize(4)
                .startsWith("prompt milk and honey", "prompt tea with milk");
    }

    @Test
    void theyStandThereWithAnAssembledAdapterToo() {
        with.store.append("ann", history("tea"));
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("ann", Mode.ASSEMBLED_RAG, ANY));
        personalizer.assemble("ann");
        Served served = personalizer.resolve("ann", Mode.ASSEMBLED_RAG, ANY);

        assertThat(served.mode()).isEqualTo(Mode.ASSEMBLED_RAG);
        assertThat(served.adaptation()).isInstanceOf(Adaptation.Resident.class);
        assertThat(served.pool()).contains(with.pool.hash());
    }

    @Test
    void whereThereIsNothingToFindThatIsSaid() {
        assertRefused(ErrorCode.INVALID_REQUEST, "user", () -> personalizer.resolve("", Mode.RAG, ANY));
        assertRefused(ErrorCode.UNKNOWN_USER, "user", () -> personalizer.resolve("nobody", Mode.RAG, ANY));
        with.store.putUser("ann");
        assertRefused(ErrorCode.INVALID_REQUEST, "history", () -> personalizer.resolve("ann", Mode.RAG, ANY));
    }

    private ModelConfig config() throws IOException {
        Path model = Files.createTempDirectory(directory, "model");
        return ModelConfigReader.read(TinyModel.writeConfig(model, TinyModel.config()));
    }

    private InputStream zip(long seed) throws IOException {
        return zip(TinyAdapter.of(config(), 2, seed, Projection.Q, Projection.V));
    }

    private InputStream zip(LoraAdapter adapter) throws IOException {
        Path peft = TinyAdapter.write(
                adapter, config(), Files.createTempDirectory(directory, "peft").resolve("adapter"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                zip.putNextEntry(new ZipEntry(file));
                zip.write(Files.readAllBytes(peft.resolve(file)));
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
