declare module "*.txt" { const pairs: Record<string, string>; export default pairs; }
declare module "*.css";
declare module "*.def" {
  const kinds: Record<number, string>;
  export default kinds;
}
