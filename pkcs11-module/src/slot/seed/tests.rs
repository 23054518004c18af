use super::*;

#[test]
fn seeds_change_what_comes_and_no_stream_comes_twice() {
    let made = |seeds: &[&[u8]]| {
        let pool = SeedPool::default();
        seeds.iter().for_each(|seed| pool.add(seed));
        let mut bytes = vec![0; 3 * STEP];
        pool.mix(&mut bytes);
        let mut again = vec![0; 32];
        pool.mix(&mut again);
        (bytes, again)
    };
    assert_eq!(made(&[]), (vec![0; 3 * STEP], vec![0; 32]));
    let (one, again) = made(&[b"one"]);
    assert_ne!(one[..32], one[STEP..STEP + 32]);
    assert_ne!(one[..32], again[..]);
    assert_ne!(one, made(&[b"two"]).0);
    assert_ne!(one, made(&[b"one", b"two"]).0);
    assert_eq!(one, made(&[b"one"]).0);
}
