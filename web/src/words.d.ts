declare module "*.txt" { const pairs: Record<string, string>; export default pairs; }
declare module "*.css";
