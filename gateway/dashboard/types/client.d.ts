// What a call of the API takes and answers, by its path and method.
import type {components, paths} from "./api.js";

export type Schemas = components["schemas"];
export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, {responses: unknown}> ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type PathValues<O> = O extends {parameters: {path: infer V}} ? {path: V} : {path?: undefined};
type Query<O> = O extends {parameters: {query?: infer Q}} ? NonNullable<Q> : Record<string, never>;
type Body<O> = O extends {requestBody: {content: {"application/json": infer B}}}
  ? {body: B}
  : O extends {requestBody?: {content: {"application/json": infer B}}}
    ? {body?: B}
    : {body?: undefined};

/** What a call is told, besides its path and method. */
export type Call<P extends keyof paths, M extends Method> = PathValues<Operation<P, M>> &
  Body<Operation<P, M>> & {
    query?: Query<Operation<P, M>>;
    /** The ETag of what is changed: if it is another by now, nothing is. */
    ifMatch?: string;
    /** A file instead of a JSON body, and its type. */
    file?: {content: Blob | string; type: string};
    /** Told how far a job is, from 0 to 1. */
    onProgress?: (progress: number) => void;
  };

/** The call may be left out where nothing of it is needed. */
export type Arguments<P extends keyof paths, M extends Method> =
  {} extends Call<P, M> ? [call?: Call<P, M>] : [call: Call<P, M>];

type Json<R> = R extends {content: {"application/json": infer J}} ? J : undefined;

/** What is answered; of a job, what its result is. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends {responses: infer R} ? Json<R[Extract<keyof R, 200 | 201 | 204>]> : never;

/** The rows of a list. */
export type Row<P extends PathOf<"get">> =
  Answer<P, "get"> extends {results: (infer R)[]} ? R : never;
