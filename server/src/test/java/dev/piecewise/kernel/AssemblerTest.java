package dev.piecewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Encodings as GNU objdump reads them back. */
final class AssemblerTest {
    private final Assembler code = new Assembler();

    @Test
    void generalRegisters() {
        code.load(Assembler.R9, Assembler.RDI, 0x40);
        code.store(Assembler.R9, 8, Assembler.RAX);
        code.exchangeAdd(Assembler.RCX, 0, Assembler.RAX);
        code.compare(Assembler.RAX, Assembler.RCX, 8);
        code.multiply(Assembler.R11, 0x100);
        code.addRegister(Assembler.R8, Assembler.R10);
        // mov r9,[rdi+0x40]; mov [r9+8],rax; lock xadd [rcx],rax; cmp rax,[rcx+8]; imul r11,r11,0x100; add r8,r10
        assertThat(hex())
                .isEqualTo("4c8b8f40000000" + "49898108000000" + "f0480fc18100000000" + "483b8108000000"
                        + "4d69db00010000" + "4d03c2");
    }

    @Test
    void vectors() {
        code.loadVector(30, Assembler.RSI, 0x40);
        code.shiftLeft(29, 30, 16);
        code.multiplyAddRepeated(17, 29, Assembler.RDX, 4);
        code.narrow(0, 0);
        code.storeHalf(Assembler.R8, 32, 0);
        // vmovups zmm30,[rsi+0x40]; vpslld zmm29,zmm30,16; vfmadd231ps zmm17,zmm29,[rdx+4]{1to16}; vcvtneps2bf16
        // ymm0,zmm0; vmovups [r8+32],ymm0
        assertThat(hex())
                .isEqualTo("62617c4810b640000000" + "6291154072f610" + "62e21550b88a04000000" + "62f27e4872c0"
                        + "62d17c28118020000000");
    }

    @Test
    void tiles() {
        code.loadTile(4, Assembler.RSI, 0x80, Assembler.RAX);
        code.multiplyAddTiles(2, 6, 4);
        code.storeTile(Assembler.R9, 0x40, Assembler.RAX, 2);
        code.zeroTile(3);
        // tileloadd tmm4,[rsi+rax+0x80]; tdpbf16ps tmm2,tmm6,tmm4; tilestored [r9+rax+0x40],tmm2; tilezero tmm3
        assertThat(hex()).isEqualTo("c4e27b4ba40680000000" + "c4e25a5cd6" + "c4c27a4b940140000000" + "c4e27b49d8");
    }

    @Test
    void jumpsForwardLandWhereTheyAreTold() {
        int over = code.jumpIfZero();
        code.add(Assembler.RAX, 1);
        code.land(over);
        code.end();
        // jz over; add rax,1; over: vzeroupper; ret
        assertThat(hex()).isEqualTo("0f8407000000" + "4881c001000000" + "c5f877c3");
    }

    private String hex() {
        return HexFormat.of().formatHex(code.bytes());
    }
}
