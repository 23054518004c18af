import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A client of GM/T 0016 in Java, through JNA, that knows nothing of ours but the path of a library.
 * Usage: SkfClient LIBRARY. From a blank token to a signature and a file; prints "done".
 */
public final class SkfClient {
    private static final int SM4_ECB = 0x401;
    private static final int SM4_CBC = 0x402;
    private static final int SM3 = 1;
    private static final int SM2_SIGN = 0x00020200;
    private static final int PIN_INCORRECT = 0x0A000024;
    private static final int USER_NOT_LOGGED_IN = 0x0A00002D;
    private static final int HASH_NOT_EQUAL = 0x0A00001A;
    private static final byte[] FACTORY_KEY = "1234567812345678".getBytes(StandardCharsets.US_ASCII);

    /** BLOCKCIPHERPARAM, which goes by value. */
    public static class BlockCipherParam extends Structure implements Structure.ByValue {
        public byte[] iv = new byte[32];
        public int ivLen;
        public int paddingType;
        public int feedBitLen;

        public BlockCipherParam() {
            super(ALIGN_NONE);
        }

        @Override
        protected List<String> getFieldOrder() {
            return Arrays.asList("iv", "ivLen", "paddingType", "feedBitLen");
        }
    }

    private final NativeLibrary library;

    private SkfClient(String path) {
        library = NativeLibrary.getInstance(path);
    }

    private int code(String name, Object... arguments) {
        Function function = library.getFunction("SKF_" + name);
        return function.invokeInt(arguments);
    }

    private void call(String name, Object... arguments) {
        expect(0, code(name, arguments), name);
    }

    private static void expect(int expected, int code, String what) {
        if (code != expected) {
            throw new AssertionError(String.format("%s: %08x, not %08x", what, code, expected));
        }
    }

    private static void demand(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static byte[] text(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private static Memory memory(byte[] bytes) {
        Memory memory = new Memory(Math.max(1, bytes.length));
        memory.write(0, bytes, 0, bytes.length);
        return memory;
    }

    private Pointer open(String name, Object... arguments) {
        PointerByReference handle = new PointerByReference();
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = handle;
        call(name, all);
        return handle.getValue();
    }

    private String firstDevice() {
        IntByReference size = new IntByReference(0);
        call("EnumDev", 1, Pointer.NULL, size);
        Memory names = new Memory(size.getValue());
        call("EnumDev", 1, names, size);
        return names.getString(0, "UTF-8");
    }

    /** Encrypts under a key of the caller, with a length query first. */
    private byte[] encrypt(Pointer device, int algorithm, byte[] key, byte[] iv, byte[] data) {
        Pointer handle = open("SetSymmKey", device, memory(key), algorithm);
        BlockCipherParam parameters = new BlockCipherParam();
        System.arraycopy(iv, 0, parameters.iv, 0, iv.length);
        parameters.ivLen = iv.length;
        call("EncryptInit", handle, parameters);
        IntByReference length = new IntByReference();
        call("Encrypt", handle, memory(data), data.length, Pointer.NULL, length);
        Memory out = new Memory(length.getValue());
        call("Encrypt", handle, memory(data), data.length, out, length);
        call("CloseHandle", handle);
        return out.getByteArray(0, length.getValue());
    }

    private void authenticate(Pointer device) {
        Memory random = new Memory(16);
        random.clear();
        call("GenRandom", device, random, 8);
        byte[] cryptogram = encrypt(device, SM4_ECB, FACTORY_KEY, new byte[0], random.getByteArray(0, 16));
        call("DevAuth", device, memory(cryptogram), cryptogram.length);
    }

    private byte[] digest(Pointer device, Pointer key, String id, byte[] message) {
        byte[] idBytes = id.getBytes(StandardCharsets.US_ASCII);
        Pointer handle = open("DigestInit", device, SM3, key, memory(idBytes), idBytes.length);
        call("DigestUpdate", handle, memory(message), message.length);
        Memory out = new Memory(32);
        IntByReference length = new IntByReference(32);
        call("DigestFinal", handle, out, length);
        call("CloseHandle", handle);
        return out.getByteArray(0, length.getValue());
    }

    private void sign(Pointer device, Pointer application) {
        Pointer container = open("CreateContainer", application, text("java"));
        Memory key = new Memory(132);
        call("GenECCKeyPair", container, SM2_SIGN, key);
        demand(key.getInt(0) == 256, "BitLen");
        byte[] digest = digest(device, key, "1234567812345678", text("tender"));
        Memory signature = new Memory(128);
        call("ECCSignData", container, memory(digest), digest.length, signature);
        call("ECCVerify", device, key, memory(digest), digest.length, signature);
        digest[0] ^= 1;
        expect(HASH_NOT_EQUAL, code("ECCVerify", device, key, memory(digest), 32, signature), "a wrong digest");
        call("ClearSecureState", application);
        expect(USER_NOT_LOGGED_IN, code("ECCSignData", container, memory(digest), 32, signature), "logged out");
        call("CloseContainer", container);
    }

    private void file(Pointer application) {
        byte[] content = new byte[5000];
        Arrays.fill(content, (byte) 7);
        call("CreateFile", application, text("seal"), content.length, 0xFF, 0xFF);
        call("WriteFile", application, text("seal"), 0, memory(content), content.length);
        Memory back = new Memory(content.length);
        IntByReference length = new IntByReference(content.length);
        call("ReadFile", application, text("seal"), 0, content.length, back, length);
        demand(Arrays.equals(back.getByteArray(0, length.getValue()), content), "the file");
    }

    private void run() {
        Pointer device = open("ConnectDev", (Object) text(firstDevice()));
        Memory info = new Memory(294);
        call("GetDevInfo", device, info);
        demand(info.getString(162).length() > 0, "a serial number");
        // GB/T 32907, example 1, in CBC mode with an IV of zeros: the first block is the same.
        byte[] block = new byte[16];
        for (int i = 0; i < 8; i++) {
            block[i] = (byte) (0x01 + 0x22 * i);
            block[15 - i] = (byte) (0x10 + 0x22 * i);
        }
        byte[] cipher = encrypt(device, SM4_CBC, block, new byte[16], block);
        demand((cipher[0] & 0xFF) == 0x68 && (cipher[15] & 0xFF) == 0x46, "SM4");
        authenticate(device);
        Pointer application =
                open("CreateApplication", device, text("JAVA"), text("87654321"), 10, text("12345678"), 10, 0xFF);
        IntByReference left = new IntByReference();
        expect(PIN_INCORRECT, code("VerifyPIN", application, 1, text("00000000"), left), "a wrong PIN");
        demand(left.getValue() == 9, "tries left");
        call("VerifyPIN", application, 1, text("12345678"), left);
        file(application);
        sign(device, application);
        call("CloseApplication", application);
        call("DisConnectDev", device);
    }

    public static void main(String[] arguments) {
        new SkfClient(arguments[0]).run();
        System.out.println("done");
    }
}
